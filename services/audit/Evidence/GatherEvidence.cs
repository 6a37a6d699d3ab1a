using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Consent.Audit.Holds;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Consent.VerifiableLog;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Evidence;

/// <summary>Reads what proves one receipt, and notes the look before it is handed out. Found as a trace is: by the receipt's id, or by that of the record of marketing that led to it.</summary>
internal sealed class GatherEvidence(
    [FromKeyedServices(AuditSetup.Service)] IRecordLog log, AuditLog audit, DerivedLogs logs, CosignedLogs cosigned, LogSites sites, LogSettings settings, ILogSigners signers,
    RestrictedPersons restricted, AccessNotes looks)
{
    /// <summary>The evidence, or what is to be answered instead: another controller's receipt is as one that is not there.</summary>
    /// <param name="reason">Why the caller asks; null where he gives none, and then nobody is told of who is restricted.</param>
    public async Task<(ReceiptEvidence? Evidence, ProblemHttpResult? Problem)> RunAsync(ClaimsPrincipal user, string id, string? reason, CancellationToken cancel)
    {
        var heard = await ReadTrace.GatherAsync(id, audit, cancel);
        if (TraceStory.Tell(id, heard) is not { Receipt: { } receipt } trace || !Tenancy.Allows(user, receipt.Site, receipt.Controller)) return (null, ReadTrace.UnknownReceipt());
        if (await RestrictedPersons.RefusalAsync(
            await restricted.OfAsync(receipt.Site, [receipt.SubjectId], cancel), user, reason, what => looks.NoteAsync(user, what, receipt.Site, receipt.Controller, receipt.Id, reason, cancel)) is { } refusal) return (null, refusal);
        if (cosigned.Shown(settings.LogOf(receipt.Controller)) is not { } served) return (null, Pending());

        var records = await log.HistoryAsync(AuditLog.TraceOf(receipt.Id), cancel);
        if (LoggedEvent.In(records)?.Record is not { } own) return (null, ReadTrace.UnknownReceipt());
        if (await ProveAsync(served, own, cancel) is not { } proof) return (null, Pending());
        var parts = new List<ProvenPart> { new("receipt", receipt.Id, null, proof) };

        var (publication, declaration) = ShownTo(receipt, heard);
        await AddEventAsync("declaration", publication);
        await AddEventAsync("cause", receipt.CausedBy);
        var applied = records.Where(LoggedEvent.IsAcknowledgement).Select(r => (r.Read<ConsentApplied>().Subscriber, Record: r)).DistinctBy(a => a.Subscriber);
        foreach (var (number, (subscriber, record)) in applied.OrderBy(a => a.Subscriber, StringComparer.Ordinal).Index())
            if (await ProveAsync(served, record, cancel) is { } told) parts.Add(new ProvenPart($"delivery-{number + 1}", receipt.Id, subscriber, told));

        if (SignersOf(served) is not { Count: > 0 } able) return (null, Unsigned());
        await looks.NoteAsync(user, "evidence", receipt.Site, receipt.Controller, receipt.Id, reason, cancel);
        return (new ReceiptEvidence(trace, own.Payload.ToArray(), declaration, parts, served, able), null);

        async Task AddEventAsync(string name, string? recordId)
        {
            if (recordId is null || await LoggedEvent.InAsync(log, await log.HistoryAsync(AuditLog.TraceOf(recordId), cancel), cancel) is not { } e) return;
            if (!e.Controllers(sites.Owners, long.MaxValue).Contains(receipt.Controller, StringComparer.Ordinal)) return;
            if (await ProveAsync(served, e.Record, cancel) is { } proven) parts.Add(new ProvenPart(name, recordId, null, proven));
        }
    }

    /// <summary>The publication's event and the text's canonical form, out of what was heard and not out of what this version of the code knows of it; null where its hash is another.</summary>
    private static (string? EventId, byte[]? Canonical) ShownTo(Receipt receipt, IEnumerable<Heard> heard)
    {
        var published = heard.Where(h => h.As<DeclarationPublished>()?.Declaration is { } d && d.Hash == receipt.Declaration && d.Declaration.Site == receipt.Site)
            .OrderByDescending(h => h.As<DeclarationPublished>()!.Declaration.Version == receipt.DeclarationVersion).ThenBy(h => h.At).FirstOrDefault();
        if (published is null) return (null, null);
        var canonical = CanonicalJson.Write(JsonNode.Parse(published.Body.Span)?["declaration"]?["declaration"]);
        return (published.EventId, Convert.ToHexStringLower(SHA256.HashData(canonical)) == receipt.Declaration ? canonical : null);
    }

    /// <summary>Null while the checkpoint does not cover it, and for what was erased.</summary>
    private async Task<ProveRecord.Proven?> ProveAsync(ServedLog served, LogRecord record, CancellationToken cancel)
    {
        if (await log.SaltsOfAsync([record], cancel) is not [{ } salt]) return null;
        var opening = new ProveRecord.Opening(record.Kind, record.RecordedAt, record.Payload.ToArray(), salt);
        return await ProveRecord.FindAsync(served, GatherEntries.CommitmentTo(record, salt), opening, new ProveRecord.Sources(log, logs, sites, settings, looks), cancel);
    }

    private List<INoteSigner> SignersOf(ServedLog served)
    {
        try
        {
            var signing = LogSigning.Of(served.Name, NoteVerifierKey.Parse(served.Keys[0]).Name, served.Keys, signers.Held(served.Name), signers.Algorithms);
            return [.. signing.Signers.Where(signer => served.Keys.Contains(signer.Key.ToString(), StringComparer.Ordinal))];
        }
        catch (Exception e) when (e is IOException or FormatException or CryptographicException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static ProblemHttpResult Pending() => Problems.Because(503, "evidence-pending", "The receipt is not in the log yet.",
        "Ask again in a few seconds; when it stays so, have the operator look at the health state logs-audit.");

    private static ProblemHttpResult Unsigned() => Problems.Because(503, "evidence-unsigned", "The package cannot be signed here just now.",
        "Ask again later; the operator must put back the keys of the log, of which the health state logs-audit tells.");
}
