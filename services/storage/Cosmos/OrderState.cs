using System.Collections.ObjectModel;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.Storage;

/// <summary>How far the changes behind a page were looked through, when none of them had to be placed: so that nobody looks again.</summary>
/// <param name="Next">The page that is to be written next.</param>
/// <param name="MayRepeat">See <see cref="OrderPage.MayRepeat"/>.</param>
internal sealed record LookedThrough(long Next, string After, bool MayRepeat);

/// <summary>The one document of an order that changes.</summary>
/// <param name="Floors">Behind which each run begins, ascending; 0 for the first.</param>
/// <param name="Through">The last position that readers may see: everything that follows from a page is done up to here. Goes up only.</param>
/// <param name="ETag">Of the document as it was read.</param>
internal sealed record OrderState(int Epoch, IReadOnlyList<long> Floors, long Through, LookedThrough? Looked, string ETag)
{
    private const string Id = "state";
    private const string Operation = "order-state";

    /// <summary>
    /// Positions that were given out since then in runs before the newest are not believed: the order had gone back, and somebody who did not know may have given them out for the second time.
    /// Null where that cannot be.
    /// </summary>
    public DateTimeOffset? Doubted { get; init; }

    /// <summary>Whatever needs a position in the newest run was committed after this, by the clock of the store; null where that is not known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Which history each range had when the epoch began, or when it was seen first: see <see cref="RangeRuns"/>.</summary>
    public IReadOnlyDictionary<string, int> Runs { get; init; } = ReadOnlyDictionary<string, int>.Empty;

    /// <summary>That of the newest run.</summary>
    public long Floor => Floors[^1];

    /// <summary>Whether a run was begun, and nothing of it is shown yet.</summary>
    public bool IsAtFloor => Floors.Contains(Through);

    /// <summary>Of the run in which the position lies, or would lie.</summary>
    public long FloorUnder(long position) => Floors.LastOrDefault(floor => floor < position);

    /// <summary>The document; made when it is not there, as in the beginning.</summary>
    public static async Task<OrderState> ReadAsync(CosmosContainer order, string prefix, Deadline by)
    {
        if (await order.ReadAsync(PartitionOf(prefix), Id, by, Operation) is { } found) return Of(found);
        await order.CreateSameAsync(PartitionOf(prefix), Id, new OrderState(1, [0], 0, null, "").ToJson(prefix, RandomId.New()), by, Operation);
        return Of(await order.ReadAsync(PartitionOf(prefix), Id, by, Operation) ?? throw new LogUnavailableException("The state of the order was made and is gone again."));
    }

    /// <summary>Whoever reads the state behind this reads it as the region has it that takes the writes, or as it is later.</summary>
    public static Task RefreshAsync(CosmosContainer order, string prefix, Deadline by) => order.IsThereForCertainAsync(PartitionOf(prefix), Id, by, Operation);

    /// <summary>Whether there is a range of which it says nothing.</summary>
    public bool LacksAny(params ReadOnlySpan<IReadOnlyDictionary<string, int>> seen)
    {
        foreach (var some in seen)
            if (some.Keys.Any(range => !Runs.ContainsKey(range))) return true;
        return false;
    }

    /// <summary>With what was seen of ranges, where that is more than it says of them: another replica may have seen more.</summary>
    public OrderState With(params ReadOnlySpan<IReadOnlyDictionary<string, int>> seen)
    {
        var runs = new Dictionary<string, int>(Runs, StringComparer.Ordinal);
        foreach (var some in seen)
            foreach (var (range, run) in some) runs[range] = Math.Max(run, runs.GetValueOrDefault(range, run));
        return this with { Runs = runs };
    }

    /// <summary>In the place of what was read; null when that was changed since.</summary>
    public async Task<OrderState?> WriteAsync(CosmosContainer order, string prefix, Deadline by)
    {
        var writeId = RandomId.New();
        return await order.ReplaceAsync(PartitionOf(prefix), Id, ToJson(prefix, writeId), writeId, ETag, by, Operation) is { } written ? this with { ETag = written.ETag } : null;
    }

    private static string PartitionOf(string prefix) => $"{prefix}state";

    private static OrderState Of(Found found)
    {
        var looked = found.Body.TryGetProperty("looked", out var part)
            ? new LookedThrough(part.GetProperty("next").GetInt64(), part.GetProperty("after").GetString()!, part.GetProperty("again").GetBoolean()) : null;
        return new OrderState(
            found.Body.GetProperty("epoch").GetInt32(), [.. found.Body.GetProperty("floors").EnumerateArray().Select(f => f.GetInt64())], found.Body.GetProperty("through").GetInt64(), looked,
            found.ETag)
        {
            Doubted = TimeIn(found.Body, "doubted"),
            Since = TimeIn(found.Body, "since"),
            Runs = found.Body.TryGetProperty("runs", out var runs)
                ? runs.EnumerateObject().ToDictionary(range => range.Name, range => range.Value.GetInt32(), StringComparer.Ordinal) : ReadOnlyDictionary<string, int>.Empty,
        };
    }

    private static DateTimeOffset? TimeIn(JsonElement stored, string name) =>
        stored.TryGetProperty(name, out var milliseconds) ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.GetInt64()) : null;

    private byte[] ToJson(string prefix, string writeId)
    {
        var stored = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["id"] = Id,
            ["pk"] = PartitionOf(prefix),
            ["w"] = writeId,
            ["epoch"] = Epoch,
            ["floors"] = Floors,
            ["through"] = Through,
        };
        if (Runs.Count > 0) stored["runs"] = Runs;
        if (Doubted is { } doubted) stored["doubted"] = doubted.ToUnixTimeMilliseconds();
        if (Since is { } since) stored["since"] = since.ToUnixTimeMilliseconds();
        if (Looked is { } looked) stored["looked"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["next"] = looked.Next, ["after"] = looked.After, ["again"] = looked.MayRepeat };
        return JsonSerializer.SerializeToUtf8Bytes(stored);
    }
}
