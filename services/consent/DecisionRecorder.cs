using Consent.Contracts;
using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>What became of a decision.</summary>
internal abstract record Recorded
{
    private Recorded()
    {
    }

    /// <summary>Durable; the same again for a repeat under the same idempotency key.</summary>
    internal sealed record Stored(Receipt Receipt) : Recorded;

    /// <summary>Nothing was stored, because of what the stream holds.</summary>
    internal sealed record Stale(string Reason, Receipt? Newest) : Recorded;

    internal sealed record Refused(string Reason, string Purpose) : Recorded;

    /// <summary>The idempotency key belongs to another request.</summary>
    internal sealed record KeyReused : Recorded;
}

/// <summary>Loads, decides, appends; and does so again when another decision of the same person came between. The only writer of receipts.</summary>
internal sealed class DecisionRecorder(
    [FromKeyedServices(ConsentSetup.Service)] IRecordLog log, DeclarationLog declarations, TimeProvider time)
{
    public const string Kind = "receipt";

    /// <param name="key">Idempotency key within the stream, with the hash of the request; looked up before anything is decided.</param>
    public async Task<Recorded> RecordAsync(Decided decided, Declaration inForce, (string Key, string RequestHash)? key)
    {
        var stream = Receipt.Stream(decided.Site, decided.SubjectId);
        while (true)
        {
            if (key is not null && await log.FindByKeyAsync(stream, key.Value.Key) is { } before)
                return before.RequestHash == key.Value.RequestHash ? new Recorded.Stored(before.Record.Read<Receipt>()) : new Recorded.KeyReused();

            var newest = (await log.LatestAsync(stream))?.Read<Receipt>();
            var verdict = Decide.On(
                decided, newest, inForce, id => declarations.EverDeclared(decided.Site, id), RandomId.New(), log.Epoch, time.Now());
            switch (verdict)
            {
                case Verdict.Refuse refuse:
                    return new Recorded.Refused(refuse.Reason, refuse.Purpose);
                case Verdict.Stale stale:
                    return new Recorded.Stale(stale.Reason, newest);
                case Verdict.Record { Receipt: var receipt }:
                    var outcome = await log.AppendAsync(new NewRecord
                    {
                        Stream = stream,
                        Version = receipt.Version,
                        Kind = Kind,
                        Id = receipt.Id,
                        RecordedAt = receipt.RecordedAt,
                        Payload = ContractJson.Write(receipt),
                        IdempotencyKey = key?.Key,
                        RequestHash = key?.RequestHash,
                    });
                    if (outcome is AppendOutcome.Appended) return new Recorded.Stored(receipt);
                    break;
            }
        }
    }
}
