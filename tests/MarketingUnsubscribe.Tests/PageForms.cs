using System.Net;
using System.Text.RegularExpressions;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The forms of a page, filled in and sent as a browser would.</summary>
internal static partial class PageForms
{
    /// <summary>Fetches the page of a link.</summary>
    public static async Task<string> PageAsync(this MarketingHost host, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null) request.Headers.Add("Accept-Language", accept);
        return await (await host.Client.SendAsync(request)).Content.ReadAsStringAsync();
    }

    /// <summary>Presses a button of a page: the one of which this stands in the form.</summary>
    /// <param name="ticked">Values of checkboxes.</param>
    public static async Task<string> PressAsync(this MarketingHost host, string page, string mark, params string[] ticked)
    {
        var form = Form().Matches(page).Select(m => m.Value).First(f => f.Contains(mark, StringComparison.Ordinal));
        var fields = Hidden().Matches(form).Select(m => KeyValuePair.Create(m.Groups["name"].Value, WebUtility.HtmlDecode(m.Groups["value"].Value)))
            .Concat(ticked.Select(value => KeyValuePair.Create("topic", value)));
        using var content = new FormUrlEncodedContent(fields);
        var answer = await host.SendAsync(WebUtility.HtmlDecode(Action().Match(form).Groups["action"].Value), content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    public static bool Says(this string page, string words) => WebUtility.HtmlDecode(page).Contains(words, StringComparison.Ordinal);

    [GeneratedRegex("<form .*?</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("action=\"(?<action>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Action();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Hidden();
}
