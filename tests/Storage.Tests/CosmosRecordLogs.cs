using System.Text.Json;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>Two accounts that are stand-ins in this process, one for logs and one for keys, and replicas of one service on them. A replica that is left, and not closed, is as good as killed.</summary>
internal sealed class CosmosRecordLogs : IDisposable
{
    public const string Records = "test-records";
    public const string Order = "test-order";
    private readonly List<CosmosRecordLog> _logs = [];

    private CosmosRecordLogs(TimeSpan within) =>
        Account = new CosmosAccount { Settings = new CosmosSettings(new Uri("https://stand-in.example/"), CosmosServer.Key, "consent", IsDirect: false, [], within, null) };

    public CosmosAccount Account { get; }

    public CosmosAccount Keys { get; } = new();

    public CosmosStandIn Store => Account.Store;

    public TestFolder Folder { get; } = new();

    /// <param name="within">For how long a request is tried.</param>
    public static async Task<CosmosRecordLogs> BeginAsync(TimeSpan? within = null)
    {
        var logs = new CosmosRecordLogs(within ?? TimeSpan.FromSeconds(30));
        await logs.Account.CreateAsync(CosmosContainers.Records("test"), CosmosContainers.Order("test"));
        await logs.Keys.CreateAsync(CosmosContainers.Keys("test"));
        return logs;
    }

    public static bool IsOfRecords(Asked asked) => asked.Container == Records;

    /// <summary>One more replica, with clients of its own.</summary>
    public CosmosRecordLog Open()
    {
        var log = CosmosRecordLog.Open(Account.Client(), Account.Settings, OpenKeys, Folder.Log(), "test", TimeProvider.System, stream => stream.StartsWith("declaration", StringComparison.Ordinal));
        _logs.Add(log);
        return log;
    }

    public void Close(CosmosRecordLog log)
    {
        _logs.Remove(log);
        log.Dispose();
    }

    public int RangeOf(CosmosRecordLog log, string stream) => Store.RangeOf(Records, log.KeyOf(stream).ToString());

    /// <summary>What lies in the partition of the stream, by version: <c>r</c> for a record, <c>t</c> for a tombstone, <c>h</c> for a husk.</summary>
    public async Task<string> SortsAsync(CosmosRecordLog log, string stream) =>
        string.Concat((await VersionsAsync(log, stream)).OrderBy(CosmosDocuments.VersionOf).Select(one => one.GetProperty("t").GetString()));

    /// <summary>The keys that tombstones of the stream name, as they are found by a replica that remembers nothing; null for a destroyed one.</summary>
    public async Task<List<byte[]?>> DestroyedAsync(CosmosRecordLog log, string stream)
    {
        long[] slots = [.. (await VersionsAsync(log, stream)).SelectMany(CosmosDocuments.SlotsOf)];
        using var keys = await CosmosSubjectKeys.OpenAsync(await Keys.OpenAsync(Keys.Client(), CosmosContainers.Keys("test")), "test", Folder.Controllers(Folder.Log().Keys), rewraps: false);
        await keys.ExpectAsync(slots);
        return [.. slots.Select(keys.Find)];
    }

    /// <summary>How many requests were answered so.</summary>
    public long Answered(Operation operation, int status) => Store.Counts.Where(c => c.Operation == operation && c.Container == Records && c.Status == status).Sum(c => c.Times);

    public void Dispose()
    {
        foreach (var log in _logs) log.Dispose();
        Account.Dispose();
        Keys.Dispose();
        Folder.Dispose();
    }

    private async Task<List<JsonElement>> VersionsAsync(CosmosRecordLog log, string stream)
    {
        var container = await Account.OpenAsync(Account.Client(), CosmosContainers.Records("test"));
        return await new CosmosRecords(container).VersionsAsync(log.KeyOf(stream).ToString(), container.Begin());
    }

    private ISubjectKeys OpenKeys(ControllerKeys controllers) => Task.Run(async () =>
        await CosmosSubjectKeys.OpenAsync(await Keys.OpenAsync(Keys.Client(), CosmosContainers.Keys("test")), "test", controllers, rewraps: false)).GetAwaiter().GetResult();
}
