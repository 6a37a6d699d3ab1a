using System.Globalization;
using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit;

/// <summary>
/// What belongs to a campaign: a stream <c>campaigns/{site}/{campaign}</c> for each that was heard of, and <c>campaign/{site}/{campaign}/{event id}</c> for
/// each call that made links for it and for each opt-out by one. They lie under their names, so that they are found by how these begin; they name
/// nobody, and are what is left when a person is erased: that somebody opted out.
/// </summary>
public sealed class CampaignNotes([FromKeyedServices(AuditSetup.Service)] IRecordLog log, AuditLog audit)
{
    private const string Index = "campaigns/";
    private const string Notes = "campaign/";
    private const string Named = "campaign-named";
    private const string LinksMade = "campaign-links";
    private const string OptedOut = "campaign-opt-out";
    private const int PageSize = 1000;

    internal static bool IsStream(string stream) => stream.StartsWith(Index, StringComparison.Ordinal) || stream.StartsWith(Notes, StringComparison.Ordinal);

    public Task NoteLinksAsync(MarketingLinksMade e, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(e);
        var day = e.RecordedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return NoteAsync(e.Site, e.Campaign, LinksMade, e.Id, new LinksNote(day, e.Topic, e.Links), cancel);
    }

    /// <param name="first">Id of what this person said first by a link of the campaign, which may be this.</param>
    public Task NoteOptOutAsync(MarketingUnsubscribed e, string first, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e.Campaign is { } campaign ? NoteAsync(e.Site, campaign, OptedOut, e.Id, new OptOutNote(e.Id, first == e.Id ? null : first), cancel) : Task.CompletedTask;
    }

    /// <summary>Names of campaigns of the site, the one first that audit heard of last.</summary>
    internal async Task<IReadOnlyList<string>> NewestAsync(string site, int most, CancellationToken cancel) =>
        [.. (await AllAsync($"{Index}{site}/", cancel)).TakeLast(most).Select(r => r.Read<NameNote>().Campaign).Reverse()];

    /// <summary>Links, and of each person his opt-outs, in the order of hearing; empty for a campaign that was never heard of.</summary>
    internal async Task<(IReadOnlyList<LinksNote> Links, IReadOnlyList<IReadOnlyList<string>> OptOuts)> ReadAsync(string site, string campaign, CancellationToken cancel)
    {
        var notes = await AllAsync($"{Notes}{site}/{campaign}/", cancel);
        var persons = notes.Where(r => r.Kind == OptedOut).Select(r => r.Read<OptOutNote>()).GroupBy(n => n.First ?? n.EventId, StringComparer.Ordinal);
        // Each note has a stream of its own, so the feed need not tell first what was first.
        return (
            [.. notes.Where(r => r.Kind == LinksMade).Select(r => r.Read<LinksNote>())],
            [.. persons.Select(of => (IReadOnlyList<string>)[.. of.OrderBy(n => n.First is not null).Select(n => n.EventId)])]);
    }

    private async Task NoteAsync<T>(string site, string campaign, string kind, string id, T note, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(site) || string.IsNullOrEmpty(campaign)) throw new InvalidDataException("The event names no campaign of a site.");
        await audit.NoteAsync($"{Index}{site}/{campaign}", Named, new NameNote(campaign), campaign, cancel);
        await audit.NoteAsync($"{Notes}{site}/{campaign}/{id}", kind, note, id, cancel);
    }

    private async Task<List<LogRecord>> AllAsync(string prefix, CancellationToken cancel)
    {
        var (all, after) = (new List<LogRecord>(), 0L);
        while (await log.NamedFeedAsync(prefix, after, PageSize, cancel) is { Count: > 0 } page)
        {
            all.AddRange(page);
            after = page[^1].Position;
        }
        return all;
    }

    private sealed record NameNote(string Campaign);

    /// <param name="First">Null for the person's first by a link of the campaign.</param>
    private sealed record OptOutNote(string EventId, string? First = null);
}

/// <summary>What one call made.</summary>
internal sealed record LinksNote(string Day, string Topic, int Links);
