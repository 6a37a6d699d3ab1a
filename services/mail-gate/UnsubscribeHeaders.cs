using MimeKit;

namespace Consent.MailGate;

/// <summary>
/// Whether a mail has the two headers by which a mail program offers one click (RFC 8058, 3.1; RFC 2369): each once, because of two programs take
/// either. Pure. Whose link it is, and whether it works, is not looked at.
/// </summary>
public static class UnsubscribeHeaders
{
    public const string Link = "List-Unsubscribe";
    public const string Post = "List-Unsubscribe-Post";
    private const string OneClick = "List-Unsubscribe=One-Click";

    /// <summary>What the mail lacks, as the end of a sentence in ASCII; null for nothing.</summary>
    public static string? WhyNot(HeaderList headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (Only(headers, Link) is not { } link || !HasHttps(link)) return $"one header {Link} with an https address (RFC 2369)";
        return Only(headers, Post)?.Trim() == OneClick ? null : $"one header {Post}: {OneClick} (RFC 8058)";
    }

    /// <summary>The value of the header of that name; null where there is none, or several.</summary>
    private static string? Only(HeaderList headers, string name)
    {
        var found = headers.Where(h => h.Field.Equals(name, StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
        return found.Count == 1 ? found[0].Value : null;
    }

    /// <summary>Blanks within the brackets came by folding and are ignored (RFC 2369, 2). On one's own machine http will do, as for the links themselves.</summary>
    private static bool HasHttps(string link) => link.Split('<').Skip(1)
        .Select(part => part.IndexOf('>', StringComparison.Ordinal) is > 0 and var end ? string.Concat(part[..end].Where(c => !char.IsWhiteSpace(c))) : "")
        .Any(address => Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)));
}
