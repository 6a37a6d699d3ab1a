using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;

namespace Consent.Audit;

/// <summary>
/// Who wants which records, by the subscribers' own word: streams <c>subscriber/{name}</c>, with a record for whatever one says anew and for each
/// retirement. Without it audit could tell who applied something, and not who is still to.
/// </summary>
public sealed class KnownSubscribers([FromKeyedServices(AuditSetup.Service)] IRecordLog log, TimeProvider time) : IEventHandler<SubscriberAnnounced>
{
    internal const string Prefix = "subscriber/";
    private const string Kind = "subscriber-wish";
    private const int LongestName = 100;
    private const int PageSize = 1000;
    /// <summary>With the epoch of the log in which it was kept: of an earlier one it may be lost.</summary>
    private readonly ConcurrentDictionary<string, (string Said, int Epoch)> _said = new(StringComparer.Ordinal);

    internal static bool IsStream(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    internal static string StreamOf(string subscriber) => $"{Prefix}{subscriber}";

    /// <summary>What a record of the feed says that a subscriber asks for: of its site alone, or of every site where that is null; null for any other record.</summary>
    internal static (string Subscriber, string? Site)? WishIn(LogRecord record) =>
        record.Kind == Kind && IsStream(record.Stream) && record.Read<Wish>() is var wish ? (wish.Subscriber, wish.Site) : null;

    /// <summary>Repeated every few seconds, it is kept when it says something else than last.</summary>
    public async Task HandleAsync(SubscriberAnnounced e, CancellationToken cancel)
    {
        if (e is not { Subscriber.Length: > 0 and <= LongestName, Kinds: not null }) throw new FormatException("An announcement names its subscriber and what it wants.");
        var wish = new Wish(e.Subscriber, [.. e.Kinds.Order(StringComparer.Ordinal)], e.Purposes is null ? null : [.. e.Purposes.Order(StringComparer.Ordinal)], e.Site);
        var (said, epoch) = (CanonicalJson.Hash(wish), log.Epoch);
        if (_said.GetValueOrDefault(e.Subscriber) == (said, epoch)) return;
        var stream = StreamOf(e.Subscriber);
        AppendOutcome? outcome = null;
        while (outcome is not AppendOutcome.Appended)
        {
            var told = await log.HistoryAsync(stream, cancel);
            if (told.LastOrDefault(r => r.Kind == Kind)?.Read<Wish>() is { } last && CanonicalJson.Hash(last) == said) break;
            outcome = await log.AppendAsync(new NewRecord
            {
                Stream = stream,
                Version = told.Count + 1,
                Kind = Kind,
                RecordedAt = time.Now(),
                Payload = ContractJson.Write(wish),
            });
        }
        _said[e.Subscriber] = (said, epoch);
    }

    /// <summary>All that ever announced themselves to audit.</summary>
    internal async Task<IReadOnlyList<KnownSubscriber>> ReadAsync(CancellationToken cancel)
    {
        var (records, after) = (new List<LogRecord>(), 0L);
        while (await log.NamedFeedAsync(Prefix, after, PageSize, cancel) is { Count: > 0 } page)
        {
            records.AddRange(page);
            after = page[^1].Position;
        }
        return [.. records.GroupBy(r => r.Stream, StringComparer.Ordinal).Select(Of).OfType<KnownSubscriber>()];
    }

    private static KnownSubscriber? Of(IEnumerable<LogRecord> told)
    {
        var wishes = told.Where(r => r.Kind == Kind).ToList();
        if (wishes.Count == 0) return null;
        var retirements = told.Where(r => r.Kind == SubscriberRetired.Kind).Select(r => r.Read<SubscriberRetired>());
        var newest = wishes[^1].Read<Wish>();
        return new KnownSubscriber(
            newest.Subscriber, newest.Kinds, newest.Purposes, newest.Site, wishes[0].RecordedAt,
            [.. retirements.GroupBy(e => e.Source, StringComparer.Ordinal).Where(of => of.MaxBy(e => e.At)!.Reason is not null).Select(of => of.Key)]);
    }

    private sealed record Wish(string Subscriber, IReadOnlyList<string> Kinds, IReadOnlyList<string>? Purposes, string? Site = null);
}

/// <param name="Purposes">It is concerned by the sites that ever declared one of them; null for every site.</param>
/// <param name="Site">The one that alone concerns it; null for every site.</param>
/// <param name="Since">When audit first heard of it; what was recorded before is not owed to it.</param>
/// <param name="RetiredAt">The sources whose deliveries to it an operator closed.</param>
internal sealed record KnownSubscriber(
    string Name, IReadOnlyList<string> Kinds, IReadOnlyList<string>? Purposes, string? Site, DateTimeOffset Since, IReadOnlyList<string> RetiredAt)
{
    /// <summary>Whether it is to apply what a source recorded, as the ledger of the source sees it.</summary>
    /// <param name="declared">Of the site, where purposes count; null where they do not.</param>
    public bool IsOwed(string kind, string source, DateTimeOffset recordedAt, string site, DeclarationHistory? declared) =>
        Since <= recordedAt && Kinds.Contains(kind) && !RetiredAt.Contains(source) && (Site is null || Site == site)
        && (Purposes is null || declared is not { Versions.Count: > 0 } || Purposes.Any(declared.EverDeclared));
}
