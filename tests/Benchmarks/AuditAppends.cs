using System.Diagnostics;
using System.Security.Cryptography;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.VerifiableLog;

namespace Consent.Benchmarks;

/// <summary>How many entries a second a log takes by the library alone: tiles and bundles on the disk, and a checkpoint signed with ECDSA over each append of 1,000.</summary>
internal static class AuditAppends
{
    private const int Batch = 1000;

    public static async Task<Figure> MeasureAsync(Plan plan, string folder)
    {
        using var signer = new EcdsaNoteSigner("bench.example/log/alone", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var log = LogFolder.Open(folder, 0);
        var rates = new List<double>();
        for (var round = 0; round <= plan.Rounds; round++) rates.Add(await RateAsync(log, signer, plan.Each));
        return new Figure("entries appended to a log a second, durable, the library alone", rates[1..].Order().ElementAt(plan.Rounds / 2), 5_000, true, "", $"{Batch:n0} to a signed checkpoint");
    }

    private static async Task<double> RateAsync(LogFolder log, EcdsaNoteSigner signer, TimeSpan duration)
    {
        var (began, before) = (Stopwatch.GetTimestamp(), log.Size);
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            var at = TimeProvider.System.Now();
            await log.AppendAsync([.. Enumerable.Range(0, Batch).Select(_ => new ReadOnlyMemory<byte>(new LogEntry(at, LogClass.Decision, RandomNumberGenerator.GetBytes(32)).Write()))]);
            _ = SignedNote.Sign(new VerifiableLog.Checkpoint(signer.Key.Name, log.Size, log.Root).Text, signer);
            await log.PruneAsync(log.Size);
        }

        return (log.Size - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
