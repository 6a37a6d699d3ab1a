using System.Net;
using System.Text.RegularExpressions;

namespace Consent.System.Tests;

/// <summary>The pages behind links in mails, pressed as a browser would.</summary>
internal static partial class PagesOfLinks
{
    /// <summary>Fetches a page and sends the first of its forms, with what is filled in besides what it holds.</summary>
    public static async Task PressAsync(this HttpClient http, string path, params (string Name, string Value)[] filledIn)
    {
        var page = await http.GetStringAsync(new Uri(path, UriKind.Relative));
        var form = Form().Match(page);
        if (!form.Success) throw new InvalidOperationException("The page has no form.");
        var held = Hidden().Matches(form.Value).Select(m => KeyValuePair.Create(m.Groups["name"].Value, WebUtility.HtmlDecode(m.Groups["value"].Value)));
        using var content = new FormUrlEncodedContent(held.Concat(filledIn.Select(field => KeyValuePair.Create(field.Name, field.Value))));
        using var answer = await http.PostAsync(new Uri(WebUtility.HtmlDecode(form.Groups["to"].Value), UriKind.Relative), content);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"The form was answered {answer.StatusCode}.");
    }

    [GeneratedRegex("<form method=\"post\" action=\"(?<to>[^\"]+)\".*?</form>", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Hidden();
}
