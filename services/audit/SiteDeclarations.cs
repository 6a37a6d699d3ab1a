using Consent.Contracts;

namespace Consent.Audit;

/// <summary>The declarations of a site that audit heard of, found by the site: a stream <c>site/{site}</c> holds their hashes.</summary>
internal static class SiteDeclarations
{
    private const string Kind = "declaration-of-site";

    /// <summary>To be noted before the text itself is kept, so that whatever is held can be found.</summary>
    public static Task NoteAsync(AuditLog log, PublishedDeclaration declaration, CancellationToken cancel) =>
        log.NoteAsync(StreamOf(declaration.Declaration.Site), Kind, new Note(declaration.Hash), declaration.Hash, cancel);

    /// <summary>Empty for a site of which audit has heard no declaration.</summary>
    public static async Task<DeclarationHistory> ReadAsync(AuditLog log, string site, CancellationToken cancel)
    {
        var history = DeclarationHistory.Empty;
        foreach (var note in await log.ReadAsync(StreamOf(site), cancel))
            foreach (var heard in await log.ReadAsync(AuditLog.DeclarationOf(site, note.EventId), cancel))
                if (heard.As<DeclarationPublished>() is { } published) history = history.With(published.Declaration);
        return history;
    }

    private static string StreamOf(string site) => $"site/{site}";

    /// <param name="Id">The hash.</param>
    private sealed record Note(string Id);
}
