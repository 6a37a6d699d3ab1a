using System.Diagnostics;
using System.Globalization;
using Consent.Audit;
using Consent.Audit.Logs;
using Consent.Audit.Timelines;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>A log of very many entries: how fast it is made of what was heard, what it takes on disk, a proof and a timeline out of it, and how long a stranger reads it.</summary>
internal static class AuditLarge
{
    public static async Task<List<Figure>> MeasureAsync(Plan plan, string folder)
    {
        var data = plan.Keep is { } keep ? $"{keep}.audit-{plan.Entries}" : Path.Combine(folder, "audit-large");
        if (!Directory.Exists(data))
        {
            // One that was broken off while it was filled is not taken for a full one.
            await FilledAudit.MakeAsync($"{data}.filling", plan.Entries);
            Directory.Move($"{data}.filling", data);
        }

        var of = string.Create(CultureInfo.InvariantCulture, $"{plan.Entries:n0} entries");
        var figures = new List<Figure>();
        await using (var audit = await AuditHere.StartAsync(data))
        {
            if (await GrowAsync(audit, plan.Entries) is { } rate)
                figures.Add(new("entries made of what was heard a second, to a signed checkpoint", rate, 5_000, true, "", $"{of}, SQLite, tiles and both indexes in"));
        }

        // Closed, so that no write-ahead log counts that is emptied in time.
        figures.Add(new("bytes on disk per entry, tiles, bundles and indexes", AuditHere.DerivedBytes(data) / (double)plan.Entries, 600, false, "B", of, IsGate: true));
        ServedLog log;
        await using (var audit = await AuditHere.StartAsync(data))
        {
            await IndexedAsync(audit);
            figures.AddRange(await AskAsync(plan, audit, of));
            log = audit.Log!;
        }

        figures.AddRange(await AuditFsck.MeasureAsync(log, AuditHere.TilesOf(data, log.Name), Path.Combine(folder, "audit-copy"), of));
        return figures;
    }

    /// <returns>Entries a second; null when they were there already.</returns>
    private static async Task<double?> GrowAsync(AuditHere audit, long entries)
    {
        var (began, isNew, told) = (Stopwatch.StartNew(), (audit.Log?.Size ?? 0) < entries / 2, 0L);
        await Eventually.IsSoAsync("everything is in the log", () =>
        {
            var size = audit.Log?.Size ?? 0;
            if (!Console.IsErrorRedirected && size - told >= 100_000)
            {
                told = size;
                Console.Error.Write($"\r{size:n0} of {entries:n0} entries, {size / began.Elapsed.TotalSeconds:n0} a second.   ");
            }

            return Task.FromResult(size >= entries);
        }, TimeSpan.FromHours(3));
        var took = began.Elapsed.TotalSeconds;
        if (!Console.IsErrorRedirected) Console.Error.Write("\r" + new string(' ', 90) + "\r");
        await IndexedAsync(audit);
        return isNew ? entries / took : null;
    }

    private static Task IndexedAsync(AuditHere audit) => Eventually.IsSoAsync("the index of receipts is made", async () =>
    {
        try
        {
            await audit.Of<FollowReceipts>().CurrentAsync(CancellationToken.None);
            return true;
        }
        catch (LogUnavailableException)
        {
            return false;
        }
    }, TimeSpan.FromHours(1));

    private static async Task<List<Figure>> AskAsync(Plan plan, AuditHere audit, string of)
    {
        var token = audit.Token();
        var function = await TimesAsync(plan, async number =>
        {
            if (LoggedEvent.In(await audit.Records.HistoryAsync(AuditLog.TraceOf(FilledAudit.RecordOf(number)))) is not { } e
                || await audit.Of<LogPlaces>().FindAsync(e, AuditHere.Controller, CancellationToken.None) is not { } place) throw new InvalidOperationException($"Receipt {number} is not in the log.");
            var log = audit.Log!;
            await log.Reader.InclusionAsync(place.Index, log.Size);
        });
        var route = await TimesAsync(plan, async number =>
        {
            if (!(await audit.GetAsync($"/v1/audit/proofs/{FilledAudit.RecordOf(number)}", token)).Contains("\"included\"", StringComparison.Ordinal))
                throw new InvalidOperationException($"Receipt {number} has no proof.");
        });
        var timeline = await TimesAsync(plan, async number =>
        {
            var told = await audit.GetAsync($"/v1/audit/subjects/{FilledAudit.PersonOf(number)}/timeline?site={Servers.Site}", token);
            if (!told.Contains(FilledAudit.RecordOf(number), StringComparison.Ordinal)) throw new InvalidOperationException($"Receipt {number} is not in its person's timeline.");
        });
        return
        [
            new("inclusion proof, found and made, p50", function.P50, 10, false, "ms", of),
            new("the same, p99", function.P99, 10, false, "ms", of),
            new("inclusion proof over HTTP, the look noted durably, p50", route.P50, 10, false, "ms", of),
            new("the same, p99", route.P99, 10, false, "ms", of),
            new("timeline of a person over HTTP, p50", timeline.P50, 50, false, "ms", of),
            new("the same, p99", timeline.P99, 50, false, "ms", of),
        ];
    }

    /// <summary>One at a time, of receipts by chance, as long as the plan's rounds take: a quarter to warm up. Each answer is looked at.</summary>
    private static async Task<(double P50, double P99)> TimesAsync(Plan plan, Func<long, Task> ask)
    {
        var (took, began, whole) = (new List<double>(), Stopwatch.GetTimestamp(), plan.Rounds * plan.Each);
        while (Stopwatch.GetElapsedTime(began) is var now && (now < whole || took.Count < 20))
        {
            var asked = Stopwatch.GetTimestamp();
            await ask(Random.Shared.NextInt64(plan.Entries));
            if (now > whole / 4) took.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }

        took.Sort();
        return (took[took.Count / 2], took[(int)(took.Count * 0.99)]);
    }
}
