namespace Consent.System.Tests;

[Collection(OnPostgres.Name)]
public sealed class PostgresTests(RunningOnPostgres running) : TwoReplicas(running)
{
    protected override async Task<Func<Task>> CopyAsync()
    {
        var postgres = (RunningOnPostgres)Running;
        var dump = await postgres.Server.DumpAsync(postgres.Logs);
        return () => postgres.Server.RestoreAsync(postgres.Logs, dump);
    }
}

[Collection(OnPostgres.Name)]
public sealed class TravelOnPostgres(RunningOnPostgres running) : TravelTests(running);
