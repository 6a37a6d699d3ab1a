using System.Diagnostics;
using Consent.Audit;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>
/// A data folder in which audit has heard very many receipts, four of each person, and made nothing of them yet: the record of each, written through the log itself. The notes by which
/// an erasure finds them are left out: nothing that is measured reads them. Entries, tiles and indexes are then made by the service.
/// </summary>
internal static class FilledAudit
{
    /// <summary>Receipts of a person.</summary>
    public const int Each = 4;
    private const int AtOnce = 2048;

    public static PublishedDeclaration Shown { get; } = Servers.Declared.Published(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public static string RecordOf(long number) => $"{number:x32}";

    public static string PersonOf(long number) => $"{number / Each:x32}";

    /// <summary>As the consent service tells of it.</summary>
    public static ConsentChanged Heard(long number)
    {
        var at = TimeProvider.System.Now();
        return new ConsentChanged(RecordOf(number), at, new Receipt
        {
            Id = RecordOf(number),
            Site = Servers.Site,
            Controller = Servers.Declared.Controller.Id,
            SubjectId = PersonOf(number),
            Epoch = 1,
            Version = (number % Each) + 1,
            Purposes = new Dictionary<string, PurposeDecision> { ["statistics"] = new(Decision.Given, at, (number % Each) + 1, at.AddMonths(6), Shown.Hash, Shown.MeaningOf("statistics")) },
            Changed = ["statistics"],
            Declaration = Shown.Hash,
            DeclarationVersion = 1,
            Language = "nl",
            Action = "save",
            Source = "banner",
            ClaimedAt = at,
            RecordedAt = at,
        }, $"{number / Each:x20}");
    }

    public static async Task MakeAsync(string data, long count)
    {
        var files = new LogFiles(Path.Combine(Directory.CreateDirectory(Path.Combine(data, AuditSetup.Service)).FullName, "log.db"), Path.Combine(data, "keys", AuditSetup.Service));
        using var log = SqliteRecordLog.Open(files, "filling", TimeProvider.System, AuditLog.NamesNobody);
        var began = Stopwatch.StartNew();
        long next = 0, done = 0;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) - 1 is var number && number < count)
            {
                var heard = Heard(number);
                var outcome = await log.AppendAsync(new NewRecord
                {
                    Stream = AuditLog.TraceOf(heard.Id),
                    Version = 1,
                    Kind = ConsentChanged.Kind,
                    RecordedAt = heard.PublishedAt,
                    Payload = ContractJson.Write(heard),
                    IdempotencyKey = $"{ConsentChanged.Kind}:{heard.Id}",
                });
                if (outcome is not AppendOutcome.Appended) throw new InvalidOperationException("Two receipts were one.");
                if (Interlocked.Increment(ref done) % 100_000 == 0 && !Console.IsErrorRedirected)
                    Console.Error.Write($"\rHeard {done:n0} of {count:n0} receipts, {done / began.Elapsed.TotalSeconds:n0} a second.   ");
            }
        })));
        if (!Console.IsErrorRedirected) Console.Error.Write("\r" + new string(' ', 90) + "\r");
    }
}
