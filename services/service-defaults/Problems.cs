using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.ServiceDefaults;

/// <summary>
/// Refusals as RFC 9457 problem details. The type, <c>urn:consent:problem:{slug}</c>, is stable; the detail is one sentence that
/// says what to do; nothing internal is told.
/// </summary>
public static class Problems
{
    public static string TypeOf(string slug) => $"urn:consent:problem:{slug}";

    public static ProblemHttpResult Because(
        int status, string slug, string title, string whatToDo, IEnumerable<KeyValuePair<string, object?>>? extensions = null) =>
        TypedResults.Problem(whatToDo, null, status, title, TypeOf(slug), extensions);

    public static ProblemHttpResult UnknownSite() => Because(404, "unknown-site", "There is no such site.",
        "Check the site id in the address; GET /v1/sites lists those that your token may see.");

    public static ProblemHttpResult UnknownPurpose(string id) => Because(422, "unknown-purpose", "The declaration has no such purpose or topic.",
        $"Use the purpose and topic ids of the site's declaration; '{Shown(id)}' is none of them.");

    public static ProblemHttpResult MalformedBody(string where) => Because(400, "malformed-body", "The body could not be read.",
        $"Send the documented JSON as application/json. {where}");

    public static ProblemHttpResult TooLarge(long limit) => Because(413, "body-too-large", "The body is too large.",
        $"Send at most {limit} bytes in one request.");

    public static ProblemHttpResult Invalid(string slug, string title, string whatToDo) => Because(422, slug, title, whatToDo);

    /// <summary>A caller's own short text, made safe to repeat to him.</summary>
    public static string Shown(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = new string([.. text.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ' ')]);
        return plain.Length <= 60 ? plain : plain[..60] + "…";
    }
}
