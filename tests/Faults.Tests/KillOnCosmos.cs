using Consent.Tests.Support.Cosmos;

namespace Consent.Faults.Tests;

/// <summary>Two consent services on Azure Cosmos DB: its answers are lost, before and after what they answer was done, calls are turned away, a range is split, and each of the two is killed, under load.</summary>
[Collection(OnCosmos.Name)]
public sealed class KillOnCosmos(RunningOnCosmos running)
{
    private const string Records = "consent-records";

    /// <summary>More make the change feed slow, and show nothing more.</summary>
    private const int MostRanges = 8;

    [Fact]
    public Task Answers_may_be_lost_ranges_split_and_either_replica_die() => Faulty.RunAsync("kills on Azure Cosmos DB", running.Deployment, running.Journal, async random =>
    {
        foreach (var replica in random.Next(2) == 0 ? (string[])["consent", "consent-2"] : ["consent-2", "consent"])
        {
            await running.Journal.MoreAsync(random.Next(5, 40), "before answers are lost");
            LoseAnswers(random);
            Split(random);
            await running.Journal.MoreAsync(random.Next(20, 60), "while answers are lost");
            LoseAnswers(random);
            await running.Product[replica].Kill9Async();
            Counts.Did($"kill of {replica}");
            await running.Journal.MoreAsync(random.Next(20, 60), $"while {replica} is away");
            await running.Product.StartAsync();
        }
    });

    /// <summary>Of every log, and of the ledger.</summary>
    private void LoseAnswers(Random random)
    {
        var faults = running.Accounts.Store.Faults;
        foreach (var operation in (Operation[])[Operation.Create, Operation.Replace])
        {
            faults.Next(operation, When.Before, Fault.Lost, random.Next(1, 10));
            faults.Next(operation, When.After, Fault.Lost, random.Next(1, 10));
            faults.Next(operation, When.After, Fault.Status(503), random.Next(1, 10));
        }

        foreach (var operation in (Operation[])[Operation.Create, Operation.Read, Operation.Query, Operation.Feed])
        {
            faults.Next(operation, When.Before, Fault.Status(503), random.Next(1, 5));
            faults.Next(operation, When.Before, Fault.Throttle(retryAfter: random.Next(10, 200)), random.Next(1, 20));
        }

        Counts.Did("loss of answers");
    }

    private void Split(Random random)
    {
        var ranges = running.Accounts.Store.RangesOf(Records);
        if (ranges.Count >= MostRanges) return;
        running.Accounts.Store.Split(Records, ranges[random.Next(ranges.Count)]);
        Counts.Did("split of a range");
    }
}
