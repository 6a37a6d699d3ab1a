using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Cli.Logs;
using Consent.VerifiableLog;

namespace Consent.Cli.Tests.Logs;

/// <summary><c>fsck --receipts</c> waits for a minute, by its own watch and by nobody's word, and then calls missing what is not there.</summary>
public sealed class WaitForReceiptsTests : IDisposable
{
    private const string Lists = "/v1/audit/receipts", Included = "/v1/audit/proofs/included";
    private readonly SampleLog _log = new();

    /// <summary>By id: what is told at the question of this number, from 1.</summary>
    private readonly Dictionary<string, Func<int, JsonObject>> _told = new(StringComparer.Ordinal);
    private int _questions;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task What_is_told_to_be_heard_in_the_future_is_on_its_way_for_a_minute_and_not_for_ever()
    {
        await _log.GrowAsync(3);
        _told["never"] = _ => Pending();
        _told["soon"] = question => question < 3 ? Pending() : At(1);
        await using var gateway = await StartAsync();
        var clock = new HastyClock();

        var told = await RunAsync(gateway, clock);

        Assert.Equal((2, 1, 0, 1), (told.Listed, told.Proven, told.Pending, told.Missing));
        Assert.Equal(
            new MissingReceipt("never", "It is told to have been heard later than now, and after a minute it is not in the log."), told.Named.Single());
        Assert.InRange(clock.Passed, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1.2));
    }

    [Fact]
    public async Task An_entry_behind_the_checkpoint_that_is_shown_is_waited_for_as_long()
    {
        await _log.GrowAsync(3);
        _told["ahead"] = _ => At(3);
        _told["beyond"] = _ => At(10_000);
        await using var gateway = await StartAsync(question => question == 3 ? _log.GrowAsync(1) : Task.CompletedTask);

        var told = await RunAsync(gateway, new HastyClock());

        Assert.Equal((2, 1, 0, 1), (told.Listed, told.Proven, told.Pending, told.Missing));
        Assert.Equal(new MissingReceipt("beyond", "It is told to be entry 10000 of the log, which has 4."), told.Named.Single());
    }

    private async Task<ReceiptsChecked> RunAsync(LogGateway gateway, TimeProvider clock)
    {
        using var source = LogSource.Open(gateway.Log, "given", null);
        var trusted = BelievedKeys.Of([new KeyTerm(_log.Signer.Key)]);
        var signed = await SignedCheckpoint.ReadAsync(source.Reader, trusted, CancellationToken.None);
        return await new CheckReceipts(source, signed, trusted, 0, clock).RunAsync(new Uri(gateway.Address), null, CancellationToken.None);
    }

    private static JsonObject Pending() => new() { ["status"] = "pending" };

    private static JsonObject At(long index) => new()
    {
        ["status"] = "included",
        ["log"] = "bakkers",
        ["index"] = index,
        ["at"] = new DateTimeOffset(2026, 6, 3, 12, 0, 0, TimeSpan.Zero).AddSeconds(index).ToString("O", CultureInfo.InvariantCulture),
    };

    private Task<LogGateway> StartAsync(Func<int, Task>? onQuestion = null) => LogGateway.StartAsync(() => _log.Folder, async (path, context) =>
    {
        if (path.StartsWith(Lists, StringComparison.Ordinal))
        {
            var future = TimeProvider.System.GetUtcNow().AddYears(1).ToString("O", CultureInfo.InvariantCulture);
            var listed = _told.Keys.Select(id => (JsonNode)new JsonObject { ["id"] = id, ["heardAt"] = future });
            return await LogGateway.TellAsync(context, 200, new JsonObject { ["receipts"] = new JsonArray(listed.ToArray()), ["next"] = 2, ["more"] = false }.ToJsonString());
        }

        if (path != Included) return false;
        var question = ++_questions;
        if (onQuestion is not null) await onQuestion(question);
        var ids = (await JsonSerializer.DeserializeAsync<JsonObject>(context.Request.Body))!["ids"]!.AsArray().Select(id => (string)id!);
        return await LogGateway.TellAsync(context, 200, new JsonObject { ["records"] = new JsonArray(ids.Select(id => (JsonNode)Told(id, question)).ToArray()) }.ToJsonString());
    });

    private JsonObject Told(string id, int question)
    {
        var told = _told[id](question);
        told["id"] = id;
        return told;
    }

    /// <summary>Whoever waits by it is called at once, and so much later.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long _passed;

        public TimeSpan Passed => TimeSpan.FromTicks(Interlocked.Read(ref _passed));

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Passed;

        public override long GetTimestamp() => Interlocked.Read(ref _passed);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _passed, dueTime.Ticks);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
