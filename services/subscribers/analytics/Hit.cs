using System.Net;
using System.Net.Sockets;

namespace Consent.Analytics;

/// <summary>What a page sends. Members that are not named here are not read, so they cannot be passed on.</summary>
internal sealed record HitBody(string? SubjectId, string? Page, string? Title, string? Referrer, string? Event);

/// <summary>
/// What the analytics tool receives: no subject id, no full address, no user agent, no query or fragment. A path or a title that
/// names a person is passed on as it is: a site must not put one there.
/// </summary>
/// <param name="Network">The first 24 bits of an IPv4 address, the first 48 of an IPv6 one, the rest zero.</param>
internal sealed record Hit(
    string Site, string? Page, string? Title, string? Referrer, string? Event, DateTimeOffset At, string? Network)
{
    private const int LongestText = 300;
    private const int LongestUrl = 2000;

    public static Hit Of(string site, HitBody body, IPAddress? sender, DateTimeOffset at) => new(
        site, WithoutQuery(body.Page), Cut(body.Title, LongestText), WithoutQuery(body.Referrer), Cut(body.Event, LongestText), at, NetworkOf(sender));

    /// <summary>An http(s) address or a path, without user, query and fragment; null for anything else.</summary>
    internal static string? WithoutQuery(string? url)
    {
        if (url is null) return null;
        if (url.StartsWith('/') && !url.StartsWith("//", StringComparison.Ordinal)) return Cut(url.Split('?', '#')[0], LongestUrl);
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? Cut(uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped), LongestUrl)
            : null;
    }

    internal static string? NetworkOf(IPAddress? sender)
    {
        if (sender is null) return null;
        if (sender.IsIPv4MappedToIPv6) sender = sender.MapToIPv4();
        var bytes = sender.GetAddressBytes();
        bytes.AsSpan(sender.AddressFamily == AddressFamily.InterNetwork ? 3 : 6).Clear();
        return new IPAddress(bytes).ToString();
    }

    private static string? Cut(string? text, int length) => text is { } && text.Length > length ? text[..length] : text;
}
