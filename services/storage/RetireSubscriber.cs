using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// An operator closes a subscriber that will not come back, with a reason, or readmits it: a record of the log like any other, so that
/// audit is told as surely as of a receipt. What a retired one announces is ignored; readmitted, it is sent all that is still open.
/// </summary>
internal sealed class RetireSubscriber(string service, IRecordLog log, ILedgerStore store, TimeProvider time)
{
    public const string Kind = "subscriber-retired";

    /// <returns>False for one that is not in the registry.</returns>
    public async Task<bool> RunAsync(string subscriber, string? because, string by, CancellationToken cancel)
    {
        if ((await store.RegistryAsync(cancel)).All(s => s.Name != subscriber)) return false;
        var now = time.Now();
        var record = new Record(service, subscriber, because, by, now);
        while (true)
        {
            var newest = await log.LatestAsync(Stream(subscriber), cancel);
            if (await log.AppendAsync(new NewRecord
            {
                Stream = Stream(subscriber),
                Version = (newest?.Version ?? 0) + 1,
                Kind = Kind,
                RecordedAt = now,
                Payload = ContractJson.Write(record),
            }) is AppendOutcome.Appended) break;
        }

        return await ApplyNewestAsync(subscriber, cancel);
    }

    /// <summary>Does in the ledger what the log says last of the subscriber; harmless when it is done already.</summary>
    /// <returns>False when the log says nothing, or the subscriber is not in the registry.</returns>
    public async Task<bool> ApplyNewestAsync(string subscriber, CancellationToken cancel)
    {
        var done = false;
        for (LogRecord? newest = await log.LatestAsync(Stream(subscriber), cancel), before = null; newest is not null && newest.Id != before?.Id;)
        {
            var said = newest.Read<Record>();
            done = await store.RetireAsync(said.Subscriber, said.Reason, said.At);
            // Another may have come between the look and the write.
            (before, newest) = (newest, await log.LatestAsync(Stream(subscriber), cancel));
        }

        return done;
    }

    private static string Stream(string subscriber) => $"subscriber/{subscriber}";

    /// <param name="Reason">Null when it is readmitted.</param>
    /// <param name="By">Subject of the operator's token.</param>
    internal sealed record Record(string Source, string Subscriber, string? Reason, string By, DateTimeOffset At)
    {
        public SubscriberRetired Event(string id, DateTimeOffset publishedAt) => new(id, publishedAt, Source, Subscriber, Reason, By, At);
    }
}
