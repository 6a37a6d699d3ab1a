namespace Consent.MarketingUnsubscribe;

/// <summary>Under which people reach <c>/u/…</c>: the setting <c>PublicUrl</c>, by default <c>http://localhost:8080</c>.</summary>
public sealed record PublicUrl(Uri Value)
{
    /// <summary>Throws <see cref="InvalidOperationException"/>, which says what to set, for what no link can be made of.</summary>
    public static PublicUrl Of(IConfiguration settings) =>
        Uri.TryCreate(settings["PublicUrl"] ?? "http://localhost:8080", UriKind.Absolute, out var url)
        && url.PathAndQuery == "/" && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? new PublicUrl(url)
            : throw new InvalidOperationException("Set PublicUrl to the https address under which people reach the links, a host of its own, such as https://consent.example.org/ (http on one's own machine alone: RFC 8058).");
}
