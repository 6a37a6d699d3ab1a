using System.Text.Json;
using Consent.Contracts;
using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>Calls of single documents, through the official client: whatever becomes of an answer, what is said of a write is so.</summary>
public sealed class CosmosCallsTests : IAsyncLifetime
{
    private readonly CosmosAccount _account = new();
    private CosmosContainer _container = null!;

    public async ValueTask InitializeAsync()
    {
        await _account.CreateAsync(CosmosContainers.Keys("test"));
        _container = await _account.OpenAsync(_account.Client(), CosmosContainers.Keys("test"), TimeSpan.FromSeconds(5));
    }

    public ValueTask DisposeAsync()
    {
        _account.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ACreate_IsOurs_OrTheOthers()
    {
        Assert.IsType<Created.Ours>(await CreateAsync("w-1"));

        var others = Assert.IsType<Created.Others>(await CreateAsync("w-2"));

        Assert.True(others.There.IsBy("w-1"));
        Assert.False(others.There.IsBy("w-2"));
        Assert.Equal(others.There.ETag, (await _container.ReadAsync("p", "1", _container.Begin(), "read"))!.ETag);
        Assert.Null(await _container.ReadAsync("p", "2", _container.Begin(), "read"));
    }

    /// <summary>Also where the client itself sends it again, and is told of a conflict with its own.</summary>
    [Theory]
    [InlineData(0, When.Before)]
    [InlineData(0, When.After)]
    [InlineData(408, When.After)]
    [InlineData(410, When.After)]
    [InlineData(449, When.After)]
    [InlineData(500, When.After)]
    [InlineData(503, When.Before)]
    [InlineData(503, When.After)]
    public async Task ACreateWhoseAnswerIsLost_IsOurs_WhenItIsThere(int status, When when)
    {
        _account.Store.Faults.Next(Operation.Create, when, status == 0 ? Fault.Lost : Fault.Status(status));

        Assert.IsType<Created.Ours>(await CreateAsync("w-1"));

        Assert.Equal(0, _account.Store.Faults.Left);
        Assert.True((await _container.ReadAsync("p", "1", _container.Begin(), "read"))!.IsBy("w-1"));
    }

    [Fact]
    public async Task ACreateThatHangs_IsNotConfirmed_AndMayBeThereLater()
    {
        var goesOn = new TaskCompletionSource();
        _account.Store.Faults.Next(Operation.Create, When.Before, Fault.Held(goesOn.Task));

        await Assert.ThrowsAsync<LogUnavailableException>(() => CreateAsync("w-1"));

        // Its time was over: it was looked once what had become of it, and it was not sent again.
        Assert.Equal((0L, 1L), (Times(Operation.Create), Times(Operation.Read, 404)));
        goesOn.SetResult();
        await Eventually.IsSoAsync("it was made after all", async () => await _container.ReadAsync("p", "1", _container.Begin(), "read") is not null);
        Assert.IsType<Created.Ours>(await CreateAsync("w-1"));
    }

    [Fact]
    public async Task AReplace_LosesWhereAnotherWasFirst_AndFindsItselfWhereItsAnswerWasLost()
    {
        await CreateAsync("w-1");
        var there = (await _container.ReadAsync("p", "1", _container.Begin(), "read"))!;
        _account.Store.Faults.Next(Operation.Replace, When.After, Fault.Lost);
        var ours = await ReplaceAsync("w-2", there.ETag);

        Assert.NotNull(ours);
        Assert.Null(await ReplaceAsync("w-3", there.ETag));
        _account.Store.Faults.Next(Operation.Replace, When.After, Fault.Status(503));
        Assert.NotNull(await ReplaceAsync("w-4", ours.ETag));
        Assert.NotNull(await ReplaceAsync("w-5", null));
        Assert.Equal(0, _account.Store.Faults.Left);
        Assert.True((await _container.ReadAsync("p", "1", _container.Begin(), "read"))!.IsBy("w-5"));
    }

    [Fact]
    public async Task TurnedAway_ItComesAgain_WhileThereIsTime_AndIsCounted()
    {
        using var throttled = new Measured(StorageMetrics.MeterName, "consent.cosmos.throttled", "operation", "create-throttled");
        _account.Store.Faults.Next(Operation.Create, When.Before, Fault.Throttle(50), times: 3);
        Assert.IsType<Created.Ours>(await CreateAsync("w-1", "create-throttled"));
        Assert.Equal(3, throttled.Sum);

        // Once: whoever waited so long would come again, and find what is there.
        _account.Store.Faults.Next(Operation.Create, When.Before, Fault.Throttle(60_000));
        await Assert.ThrowsAsync<LogUnavailableException>(() => CreateAsync("w-2", "create-throttled"));
        Assert.Equal((4L, 0L), (Times(Operation.Create, 429), Times(Operation.Create, 409)));
    }

    /// <summary>What a read finds may be at the one replica that is asked: a write of which nobody knows is sent again, and refused by the one that takes the writes, before it is confirmed.</summary>
    [Theory]
    [InlineData(408)]
    [InlineData(410)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task AWriteOfWhichNobodyKnows_IsConfirmedByOneThatIsRefused_AndNotByAReadAlone(int status)
    {
        _account.Store.Faults.Next(Operation.Create, When.After, Fault.Status(status));
        Assert.IsType<Created.Ours>(await CreateAsync("w-1"));
        Assert.Equal(1, Times(Operation.Create, 409));

        var there = (await _container.ReadAsync("p", "1", _container.Begin(), "read"))!;
        _account.Store.Faults.Next(Operation.Replace, When.After, Fault.Status(status));
        Assert.NotNull(await ReplaceAsync("w-2", there.ETag));
        Assert.Equal(1, Times(Operation.Replace, 412));
        Assert.Equal(0, _account.Store.Faults.Left);
    }

    [Fact]
    public async Task AReadThatItsCallerEnds_IsEnded_AndAWriteIsNot()
    {
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _container.ReadAsync("p", "1", _container.Begin(ended.Token), "read"));
        Assert.IsType<Created.Ours>(await _container.CreateAsync("p", "1", Json("w-1"), "w-1", _container.Begin(ended.Token), "create"));
    }

    [Fact]
    public async Task TheSecondOfTheSame_IsThere_WhoeverWroteIt()
    {
        _account.Store.Faults.Next(Operation.Create, When.After, Fault.Status(503));
        Assert.False(await _container.CreateSameAsync("p", "1", Json("w-1"), _container.Begin(), "create"));
        Assert.False(await _container.CreateSameAsync("p", "1", Json("w-2"), _container.Begin(), "create"));
        Assert.True((await _container.ReadAsync("p", "1", _container.Begin(), "read"))!.IsBy("w-1"));
    }

    [Fact]
    public async Task Changes_AreGivenOnce_UntilThereIsNothing_FromWhereOneWas()
    {
        for (var i = 1; i <= 30; i++)
        {
            var (id, pk) = ($"{i}", $"p{i % 6}");
            await _container.CreateSameAsync(pk, id, JsonSerializer.SerializeToUtf8Bytes(new { id, pk, w = RandomId.New() }), _container.Begin(), "create");
        }

        var (seen, after, ends) = (new List<string>(), (string?)null, new FeedEnds());
        while (true)
        {
            var answer = await _container.ReadChangesAsync(after, 4, _container.Begin());
            after = answer.After;
            Assert.Equal(2, answer.Ranges);
            if (answer.Changes.Count == 0) break;
            Assert.False(ends.AreReached);
            ends.Note(answer);
            seen.AddRange(answer.Changes.Select(change => change.GetProperty("id").GetString()!));
        }

        // Of each range it is told where it ends, and that is reached.
        Assert.True(ends.AreReached);

        Assert.Equal(Enumerable.Range(1, 30).Select(i => $"{i}").Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        await Assert.ThrowsAsync<StaleContinuationException>(() => _container.ChangesAsync("{}", 4, _container.Begin()));
    }

    [Fact]
    public async Task AContainerThatIsNotThere_IsAskedForByMigrate_AndOneOfAnotherMakeIsRefused()
    {
        var client = _account.Client();
        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => _account.OpenAsync(client, CosmosContainers.Records("test")));
        Assert.Contains("migrate", missing.Message, StringComparison.Ordinal);
        await _account.CreateAsync(CosmosContainers.Records("test"), CosmosContainers.Order("test"));
        await _account.CreateAsync(CosmosContainers.Records("test"), CosmosContainers.Order("test"));
        await _account.OpenAsync(client, CosmosContainers.Records("test"));
        var other = CosmosContainers.Applied("test");
        other.DefaultTimeToLive = 3600;
        await client.GetDatabase("consent").CreateContainerAsync(other);
        Assert.Contains("term to live", (await Assert.ThrowsAsync<InvalidOperationException>(() => _account.CreateAsync(CosmosContainers.Applied("test")))).Message, StringComparison.Ordinal);
        _account.Store.Consistency = "Eventual";
        var weak = await Assert.ThrowsAsync<InvalidOperationException>(() => _account.OpenAsync(_account.Client(), CosmosContainers.Records("test")));
        Assert.Contains("consistency", weak.Message, StringComparison.Ordinal);
    }

    /// <param name="status">Null for any.</param>
    private long Times(Operation operation, int? status = null) =>
        _account.Store.Counts.Where(c => c.Operation == operation && c.Container == CosmosKeysAccount.Container && (status ?? c.Status) == c.Status).Sum(c => c.Times);

    private Task<Created> CreateAsync(string writeId, string operation = "create") => _container.CreateAsync("p", "1", Json(writeId), writeId, _container.Begin(), operation);

    private Task<Found?> ReplaceAsync(string writeId, string? ifMatch) => _container.ReplaceAsync("p", "1", Json(writeId), writeId, ifMatch, _container.Begin(), "replace");

    private static byte[] Json(string writeId) => JsonSerializer.SerializeToUtf8Bytes(new { id = "1", pk = "p", w = writeId });
}
