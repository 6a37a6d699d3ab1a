using System.Net;
using System.Text.RegularExpressions;

namespace Consent.Audit.Tests.Pages;

/// <summary>Somebody's browser: keeps cookies, follows nothing by itself.</summary>
internal sealed partial class SignInBrowser : IDisposable
{
    private readonly CookieContainer _cookies;
    private readonly HttpClient _http;

    /// <param name="cookies">Of a browser that was here before.</param>
    public SignInBrowser(Uri address, CookieContainer? cookies = null)
    {
        _cookies = cookies ?? new CookieContainer();
        _http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = _cookies }) { BaseAddress = address };
    }

    public CookieContainer Cookies => _cookies;

    /// <summary>Names of the cookies that the pages have set.</summary>
    public IReadOnlyList<string> CookieNames => [.. _cookies.GetAllCookies().Where(c => !c.Expired).Select(c => c.Name)];

    /// <param name="site">What a browser says of where the request came from (<c>Sec-Fetch-Site</c>); nothing unless given.</param>
    public async Task<HttpResponseMessage> GetAsync(string path, string? site = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        return await _http.SendAsync(request);
    }

    public async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(f => new KeyValuePair<string?, string?>(f.Name, f.Value)));
        return await _http.PostAsync(path, form);
    }

    /// <summary>From a page that is not open yet, by the development issuer, to the address at which the issuer sends people back.</summary>
    public async Task<Uri> AskedBackAsync(string page, string role, string controller)
    {
        using var refused = await GetAsync(page);
        Assert.Equal(HttpStatusCode.Redirect, refused.StatusCode);
        using var asked = await GetAsync(refused.Headers.Location!.OriginalString);
        var ticket = Ticket().Match(await asked.Content.ReadAsStringAsync()).Groups[1].Value;
        using var answered = await PostAsync("/development-issuer/authorize", ("request", ticket), ("answer", "allow"), ("role", role), ("controller", controller));
        return answered.Headers.Location!;
    }

    /// <summary>Where the sign-in leads to.</summary>
    public async Task<string?> SignInAsync(string page, string role = "auditor", string controller = "")
    {
        using var back = await GetAsync((await AskedBackAsync(page, role, controller)).OriginalString);
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        return back.Headers.Location?.OriginalString;
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("name=\"request\" value=\"([^\"]+)\"")]
    private static partial Regex Ticket();
}
