using Consent.Contracts;
using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>
/// Erases a person's receipts when nothing in them counts any longer and the declared term of proof is over (GDPR art. 5(1)(e)); the
/// texts that were shown stay. Looks every <c>Consent:EraseEvery</c> (a time span, an hour unless set), in one replica at a time (<see cref="Rounds"/>); walks
/// the log from its beginning, where what is oldest lies, and no further than anything can be due.
/// </summary>
internal sealed class EraseAfterProof(
    [FromKeyedServices(ConsentSetup.Service)] IRecordLog log, DeclarationLog declarations, IConfiguration configuration, TimeProvider time,
    ILogger<EraseAfterProof> logger) : BackgroundService
{
    private const int RecordsAtOnce = 500;
    private readonly Rounds _rounds = new(log, "erase-after-proof", time);

    /// <summary>
    /// When the person's receipts are to be erased; null while anything in them holds without end, as a topic or an objection does; and while they hold the
    /// "no" of an address, for which mail to it stays away.
    /// </summary>
    public static DateTimeOffset? DueAt(Receipt newest, Declaration inForce)
    {
        if (SubjectId.IsAddress(newest.SubjectId) && newest.Purposes.Values.Any(decision => decision.IsNo)) return null;
        DateTimeOffset? last = newest.RecordedAt;
        foreach (var decision in newest.Purposes.Values)
        {
            var ends = decision.Status is Decision.Withdrawn ? decision.DecidedAt : decision.ValidUntil;
            // A refusal or withdrawal of a topic has no end of its own: it is over with the decision; a yes or an objection is not.
            if (ends is null && decision.Status is Decision.Refused or Decision.Unproven) ends = decision.DecidedAt;
            if (ends is null) return null;
            if (ends > last) last = ends;
        }

        return inForce.ProofFor.After(last.Value);
    }

    /// <returns>How many persons were erased; none while another replica is at it.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancel)
    {
        var erased = 0;
        await _rounds.TryAsync(async (_, running) => erased = await WalkAsync(running), cancel);
        return erased;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _rounds.RunAsync(
        configuration.GetValue("Consent:EraseEvery", TimeSpan.FromHours(1)),
        async (_, running) =>
        {
            var erased = await WalkAsync(running);
            if (erased > 0) logger.LogInformation("{Count} persons were erased: their term of proof is over.", erased);
        },
        e => logger.LogWarning("The erasure after the term of proof failed ({Reason}) and is tried again.", e.GetType().Name),
        stoppingToken);

    private async Task<int> WalkAsync(CancellationToken cancel)
    {
        var now = time.Now();
        var erased = 0;
        long position = 0;
        while (await log.FeedAsync(position, RecordsAtOnce, cancel) is { Count: > 0 } page)
        {
            foreach (var record in page)
            {
                cancel.ThrowIfCancellationRequested();
                position = record.Position;
                // Nothing recorded since the shortest term began can be due.
                if (Shortest().After(record.RecordedAt) > now) return erased;
                if (record.Kind != DecisionRecorder.Kind || await log.IsSupersededAsync(record, cancel)) continue;
                var receipt = ReceiptBytes.Read(record);
                if (declarations.InForce(receipt.Site)?.Declaration is not { } inForce || !(DueAt(receipt, inForce) <= now)) continue;
                // Whoever decided again in the meantime, or while this waited, keeps all of it.
                if (await EraseSubject.EraseAsync(log, receipt.Site, receipt.SubjectId, now, ErasureReason.Retention, record.Version) is { Kind: LogRecord.Erased }) erased++;
            }
        }

        return erased;
    }

    private Term Shortest() => declarations.Sites.Select(declarations.InForce).OfType<PublishedDeclaration>().Select(d => d.Declaration.ProofFor)
        .DefaultIfEmpty(new Term(5, 0, 0)).MinBy(term => term.After(default))!;
}
