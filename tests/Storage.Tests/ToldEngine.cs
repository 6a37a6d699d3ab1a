namespace Consent.Storage.Tests;

/// <summary>The engine that a process of a test's own is told: what <see cref="RecordLogContract"/> gives it as its arguments.</summary>
internal static class ToldEngine
{
    /// <summary>Opens the same log as the test.</summary>
    /// <param name="engine">The file of the log and the folder of its keys; on PostgreSQL, the connection strings of data and keys too.</param>
    public static IRecordLog Open(string[] engine)
    {
        if (engine is [_, _, "cosmos", ..]) return CosmosAccounts.OpenTold(engine);
        var files = new LogFiles(engine[0], engine[1]);
        return engine is [_, _, var data, var keys]
            ? PostgresRecordLog.Open(data, keys, files, "test", TimeProvider.System)
            : SqliteRecordLog.Open(files, "test", TimeProvider.System);
    }
}
