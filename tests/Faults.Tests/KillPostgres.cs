namespace Consent.Faults.Tests;

/// <summary>Two consent services on PostgreSQL: the database is killed under load, and each of the two.</summary>
[Collection(OnPostgres.Name)]
public sealed class KillPostgres(RunningOnPostgres running)
{
    [Fact]
    public Task The_database_and_either_replica_may_die() => Faulty.RunAsync("kills on PostgreSQL", running.Deployment, running.Journal, async random =>
    {
        await running.Journal.MoreAsync(random.Next(5, 40), "before the kill of PostgreSQL");
        await running.Server.Kill9Async();
        Counts.Did("kill of postgresql");
        await running.Journal.NoticedAsync("the death of PostgreSQL");
        await running.Server.StartAgainAsync();
        foreach (var replica in random.Next(2) == 0 ? (string[])["consent", "consent-2"] : ["consent-2", "consent"])
        {
            await running.Journal.MoreAsync(random.Next(20, 60), $"before the kill of {replica}");
            await running.Product[replica].Kill9Async();
            Counts.Did($"kill of {replica}");
            await running.Journal.MoreAsync(random.Next(20, 60), $"while {replica} is away");
            await running.Product.StartAsync();
        }
    });
}
