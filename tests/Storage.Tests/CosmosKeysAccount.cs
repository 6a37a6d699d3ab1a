using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>An account of keys that is a stand-in, the folder of the controllers' keys, and replicas of a service on both.</summary>
internal sealed class CosmosKeysAccount : IDisposable
{
    public const string Container = "test-keys";

    public CosmosAccount Account { get; } = new();

    public TestFolder Folder { get; } = new();

    public CosmosStandIn Store => Account.Store;

    public static async Task<CosmosKeysAccount> BeginAsync()
    {
        var keys = new CosmosKeysAccount();
        await keys.Account.CreateAsync(CosmosContainers.Keys("test"));
        return keys;
    }

    public static bool IsBlock(Asked asked) => asked.Partition?.StartsWith("block/", StringComparison.Ordinal) == true;

    /// <summary>The documents, as a process of its own sees them.</summary>
    public async Task<CosmosKeyBlocks> BlocksAsync(TimeSpan? within = null) => new(await Account.OpenAsync(Account.Client(), CosmosContainers.Keys("test"), within));

    /// <summary>A replica of its own, which remembers nothing.</summary>
    public async Task<CosmosSubjectKeys> OpenAsync(ControllerKeys? controllers = null, bool rewraps = false) =>
        await CosmosSubjectKeys.OpenAsync(await Account.OpenAsync(Account.Client(), CosmosContainers.Keys("test")), "test", controllers ?? Folder.Controllers(), rewraps);

    /// <summary>A new version of each controller's key.</summary>
    public async Task<int> SucceedAsync()
    {
        using var rotating = Folder.Controllers();
        return await rotating.SucceedAsync();
    }

    public static async Task<Dictionary<long, byte[]?>> GiveAsync(CosmosSubjectKeys keys, int count, string controller = "bakkers")
    {
        var given = new Dictionary<long, byte[]?>();
        for (var i = 0; i < count; i++)
        {
            var key = await keys.NextAsync(controller);
            given.Add(key.Slot, key.Key);
        }

        return given;
    }

    public static async Task SameAsync(CosmosSubjectKeys keys, IReadOnlyDictionary<long, byte[]?> expected)
    {
        await keys.ExpectAsync([.. expected.Keys]);
        foreach (var (slot, key) in expected) Assert.Equal(key, keys.Find(slot));
    }

    public void Dispose()
    {
        Account.Dispose();
        Folder.Dispose();
    }
}
