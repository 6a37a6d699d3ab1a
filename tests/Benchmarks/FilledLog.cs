using System.Diagnostics;
using Consent.ConsentService;
using Consent.Contracts;
using Consent.Load;
using Consent.Storage;

namespace Consent.Benchmarks;

/// <summary>
/// A data folder with very many receipts, written through the log itself, as decisions would leave it; and marked as published, so that
/// the relay of whoever opens it has nothing to catch up.
/// </summary>
internal static class FilledLog
{
    private const int AtOnce = 2048;

    public static async Task MakeAsync(string data, Visitors visitors, long count, PublishedDeclaration shown)
    {
        var files = new LogFiles(Path.Combine(Directory.CreateDirectory(Path.Combine(data, "consent")).FullName, "log.db"), Path.Combine(data, "keys", "consent"));
        using var log = SqliteRecordLog.Open(files, "filling", TimeProvider.System, DeclarationLog.IsStream);
        var began = Stopwatch.StartNew();
        long next = 0, done = 0;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) - 1 is var number && number < count)
            {
                await AppendAsync(log, visitors.Id(number), shown);
                if (Interlocked.Increment(ref done) % 100_000 == 0 && !Console.IsErrorRedirected)
                    Console.Error.Write($"\rFilled {done:n0} of {count:n0} receipts, {done / began.Elapsed.TotalSeconds:n0} a second.   ");
            }
        })));
        if (!Console.IsErrorRedirected) Console.Error.Write("\r" + new string(' ', 90) + "\r");
        var lease = await log.AcquireAsync("relay", "filling", TimeSpan.FromMinutes(1));
        await log.MoveCursorAsync(lease!, (await log.FeedAsync(count - 10, 100))[^1].Position);
        await log.ReleaseAsync(lease!);
    }

    /// <summary>The log's file, what waits beside it, and the keys of its streams, as they stand when all is checkpointed.</summary>
    public static long BytesOf(string data) =>
        Directory.EnumerateFiles(Path.Combine(data, "consent"), "log.db*").Concat(Directory.EnumerateFiles(Path.Combine(data, "keys", "consent"))).Sum(f => new FileInfo(f).Length);

    /// <summary>Reads every file once, so that it lies in the system's cache, as it does on a machine that has served it for a while.</summary>
    public static void Warm(string data)
    {
        var room = new byte[1 << 20];
        foreach (var path in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories))
        {
            using var file = File.OpenRead(path);
            while (file.Read(room) > 0)
            {
            }
        }
    }

    private static async Task AppendAsync(SqliteRecordLog log, string visitor, PublishedDeclaration shown)
    {
        var decided = new Decided(
            Servers.Site, visitor, 0, shown.Declaration.Purposes.Where(p => p.LegalBasis == LegalBasis.Consent).ToDictionary(p => p.Id, _ => true), shown,
            "nl", "save", "banner");
        var stream = Receipt.Stream(Servers.Site, visitor);
        var verdict = Decide.On(decided, null, shown, _ => true, new Consent.ConsentService.Place(log.IdOf(stream, 1), log.Epoch, 1), TimeProvider.System.GetUtcNow());
        var receipt = ((Verdict.Record)verdict).Receipt;
        var outcome = await log.AppendAsync(new NewRecord { Stream = stream, Version = 1, Kind = DecisionRecorder.Kind, RecordedAt = receipt.RecordedAt, Payload = ReceiptBytes.Write(receipt) });
        if (outcome is not AppendOutcome.Appended) throw new InvalidOperationException("Two visitors were one.");
    }
}
