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
            var newest = await log.LatestAsync($"subscriber/{subscriber}", cancel);
            if (await log.AppendAsync(new NewRecord
            {
                Stream = $"subscriber/{subscriber}",
                Version = (newest?.Version ?? 0) + 1,
                Kind = Kind,
                RecordedAt = now,
                Payload = ContractJson.Write(record),
            }) is AppendOutcome.Appended) break;
        }

        return await store.RetireAsync(subscriber, because, now);
    }

    /// <param name="Reason">Null when it is readmitted.</param>
    /// <param name="By">Subject of the operator's token.</param>
    internal sealed record Record(string Source, string Subscriber, string? Reason, string By, DateTimeOffset At)
    {
        public SubscriberRetired Event(string id, DateTimeOffset publishedAt) => new(id, publishedAt, Source, Subscriber, Reason, By, At);
    }
}
