using System.Collections.Concurrent;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// Pages as they were rendered last, compressed: one per kind, site, version and language, so that no request, however odd its query,
/// makes their number grow.
/// </summary>
internal sealed class RenderedPages
{
    private readonly ConcurrentDictionary<(string Kind, string Site, int Version, string Language), (string Stamp, CompressedAnswer Answer)> _held = [];

    public CompressedAnswer Get(Page page, string kind, string contentType, Func<Page, string> render) => _held.AddOrUpdate(
        (kind, page.Declaration.Site, page.Shown.Version, page.Language),
        _ => (page.Stamp, new CompressedAnswer(render(page), contentType)),
        (_, held) => held.Stamp == page.Stamp ? held : (page.Stamp, new CompressedAnswer(render(page), contentType))).Answer;
}
