namespace Consent.Audit.Pages;

/// <summary>
/// The mark in every form that is sent by GET. A browser holds the policy of the page (CSP, <c>form-action</c>) against each redirect of a form: whose session is over would not get to an
/// issuer on another origin, and see nothing happen. He is shown a page with a link instead, which no such policy stops: to the same address without the mark, and from there to the issuer.
/// </summary>
internal static class FormSent
{
    private const string Name = "sent";
    public const string Mark = $"<input type=\"hidden\" name=\"{Name}\" value=\"1\">";

    /// <summary>Whether a page of ours sent the form. A bookmark of its answer, and a link to it from elsewhere, are links like others.</summary>
    public static bool Is(HttpRequest request) => request.Query.ContainsKey(Name) && request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin";

    /// <summary>The address of a request, without the mark.</summary>
    public static string AddressOf(HttpRequest request, params (string Name, string? Value)[] more)
    {
        var asked = request.Query.Where(q => q.Key != Name && !Array.Exists(more, m => m.Name == q.Key)).Select(q => (q.Key, (string?)q.Value.ToString()));
        return Html.Address($"{request.PathBase}{request.Path}".TrimEnd('/'), asked.Concat(more));
    }
}
