using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Storage;

/// <summary>
/// Tells a subscriber in which buckets of streams it holds something else than the log does. A bucket with more streams than is worth
/// reading at once counts as differing when its subscriber holds nothing in it: it is loaded page by page then.
/// </summary>
internal sealed class AnswerComparison(string service, IRecordLog log, IEventTransport transport, Published published) : IEventHandler<StateCompared>
{
    private const int PageSize = 1000;
    private const int MostBuckets = 64;
    private const int MostRead = 20_000;

    public async Task HandleAsync(StateCompared e, CancellationToken cancel)
    {
        if (e.Source != service || e.Bits is < 0 or > 16) return;
        var differing = new List<int>();
        foreach (var (bucket, told) in e.Digests.Take(MostBuckets).Select((digest, i) => (e.First + i, digest)).Where(b => b.Item1 < 1 << e.Bits))
            if (await DigestAsync(bucket, e, cancel) != told) differing.Add(bucket);
        var declarations = e.First == 0 && await DeclarationsAsync(cancel) != e.Declarations;
        if (differing.Count > 0 || declarations)
            StorageMetrics.Differing.Add(differing.Count + (declarations ? 1 : 0), new("store", service), new("subscriber", e.Subscriber));
        await transport.PublishAsync([OutgoingEvent.Of(new ComparisonAnswered(RandomId.New(), service, e.Id, differing, declarations), e.Subscriber)], cancel);
    }

    /// <summary>Empty for a bucket that is too large to be read at once, which is no digest of any.</summary>
    private async Task<string> DigestAsync(int bucket, StateCompared e, CancellationToken cancel)
    {
        var (after, until) = StateDigest.RangeOf(bucket, e.Bits);
        StreamKey? from = after.Length == 0 ? null : StreamKey.Parse(after);
        var digest = StateDigest.None;
        for (var read = 0; read < MostRead; read += PageSize)
        {
            var page = await log.NewestOfStreamsAsync(from, StreamKey.Parse(until), PageSize, cancel);
            foreach (var record in page)
                if (published.ReceiptOf(record) is { } receipt && (e.Purposes is null || published.Concerns(record, e.Purposes)))
                    digest = digest.With(StateDigest.Of(record.StreamKey.ToString(), receipt));
            if (page.Count < PageSize) return digest.ToString();
            from = page[^1].StreamKey;
        }

        return "";
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
