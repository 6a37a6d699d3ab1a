using System.Collections;
using System.Diagnostics;
using System.Globalization;
using Consent.Storage;

namespace Consent.Benchmarks;

/// <summary>A replica that has read nothing yet replays an account of very many receipts by the feed: each is told once, and the memory that it holds does not grow on the way.</summary>
internal static class CosmosReplay
{
    private const int PageOf = 500;

    public static async Task<List<Figure>> MeasureAsync(Plan plan, string folder)
    {
        var keys = Directory.CreateDirectory(Path.Combine(folder, "cosmos-replay")).FullName;
        await using var apart = await CosmosApart.StartAsync(keys, plan.CosmosReceipts.ToString(CultureInfo.InvariantCulture));
        using var log = CosmosRecordLog.Open(apart.Data, apart.Keys, FilledCosmos.FilesIn(keys), FilledCosmos.Service, TimeProvider.System);
        var told = new BitArray(checked((int)plan.CosmosReceipts));
        var (began, after, read, middle) = (Stopwatch.GetTimestamp(), 0L, 0L, 0L);
        while (await log.FeedAsync(after, PageOf) is { Count: > 0 } page)
        {
            foreach (var receipt in page)
            {
                var number = (int)FilledCosmos.NumberOf(receipt);
                if (told[number]) throw new InvalidOperationException($"Receipt {number} was told twice.");
                told[number] = true;
            }

            (after, read) = (page[^1].Position, read + page.Count);
            if (middle == 0 && read >= plan.CosmosReceipts / 2) middle = Held();
        }

        var took = Stopwatch.GetElapsedTime(began);
        if (read != plan.CosmosReceipts) throw new InvalidOperationException($"{read} of {plan.CosmosReceipts} receipts were told.");
        var grown = (Held() - middle) / (double)(1 << 20);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{read:n0} receipts replayed from the stand-in, {read / took.TotalSeconds:n0} a second; the accounts have {apart.Resident >> 20:n0} MB, this process {Environment.WorkingSet >> 20:n0} MB."));
        var of = string.Create(CultureInfo.InvariantCulture, $"{plan.CosmosReceipts:n0} receipts, pages of {PageOf}");
        return [new("memory held at the end of a replay from Cosmos DB, over the middle", grown, 8, false, "MB", of)];
    }

    /// <summary>Bytes that are reachable.</summary>
    private static long Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
