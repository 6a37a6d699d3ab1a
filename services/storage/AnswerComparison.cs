using System.Globalization;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Storage;

/// <summary>
/// Tells a subscriber in which buckets of streams it holds something else than the log does. Where a bucket has more streams than are worth
/// reading at once, the subscriber is told to ask again with smaller ones: it cannot know how many there are that do not concern it.
/// </summary>
internal sealed class AnswerComparison(string service, IRecordLog log, IEventTransport transport, Published published, TimeProvider time) : IEventHandler<StateCompared>
{
    private const int PageSize = 1000;
    private const int MostBuckets = 64;
    private const int MostBits = 16;
    private const int FinerBy = 3;
    private readonly Answering _answering = new(service, transport, time);

    /// <summary>Streams of one bucket.</summary>
    internal int MostRead { get; init; } = 20_000;

    public async Task HandleAsync(StateCompared e, CancellationToken cancel)
    {
        var question = string.Create(CultureInfo.InvariantCulture, $"{e.Bits} {e.First} {e.Declarations} {string.Join(' ', e.Digests)}");
        if (e.Source != service || e.Bits is < 0 or > MostBits || _answering.IsAnswered(SubscriberName.Checked(e.Subscriber), question)) return;
        var (differing, bits) = (new List<int>(), (int?)null);
        foreach (var (bucket, told) in e.Digests.Take(MostBuckets).Select((digest, i) => (e.First + i, digest)).Where(b => b.Item1 < 1 << e.Bits))
        {
            var held = await DigestAsync(bucket, e, cancel);
            if (held is null && e.Bits < MostBits) bits = Math.Min(MostBits, e.Bits + FinerBy);
            else if (held != told) differing.Add(bucket);
        }

        var declarations = e.First == 0 && await DeclarationsAsync(cancel) != e.Declarations;
        if (differing.Count > 0 || declarations)
            StorageMetrics.Differing.Add(differing.Count + (declarations ? 1 : 0), new("store", service), new("subscriber", e.Subscriber));
        await _answering.SendAsync(OutgoingEvent.Of(new ComparisonAnswered(RandomId.New(), service, e.Id, differing, declarations, bits), e.Subscriber), e.Subscriber, question, cancel);
    }

    /// <summary>Null for a bucket that is too large to be read at once.</summary>
    private async Task<string?> DigestAsync(int bucket, StateCompared e, CancellationToken cancel)
    {
        var (after, until) = StateDigest.RangeOf(bucket, e.Bits);
        StreamKey? from = after.Length == 0 ? null : StreamKey.Parse(after);
        var digest = StateDigest.None;
        for (var read = 0; read <= MostRead;)
        {
            var page = await log.NewestOfStreamsAsync(from, StreamKey.Parse(until), PageSize, cancel);
            foreach (var record in page)
                if (published.ReceiptOf(record) is { } receipt && (e.Purposes is null || published.Concerns(record, e.Purposes)))
                    digest = digest.With(StateDigest.Of(record.StreamKey.ToString(), receipt));
            read += page.Count;
            if (page.Count < PageSize && read <= MostRead) return digest.ToString();
            if (page.Count > 0) from = page[^1].StreamKey;
        }

        return null;
    }

    private async Task<string> DeclarationsAsync(CancellationToken cancel)
    {
        if (published.NamedPrefixOf([DeclarationPublished.Kind]) is not { } prefix) return StateDigest.None.ToString();
        var digest = StateDigest.None;
        long after = 0;
        while (await log.NamedFeedAsync(prefix, after, PageSize, cancel) is { Count: > 0 } page)
        {
            digest = digest.With(StateDigest.Of(page.Select(published.DeclarationOf).OfType<PublishedDeclaration>()));
            after = page[^1].Position;
        }

        return digest.ToString();
    }
}
