using System.Text.Json;

namespace Consent.Storage;

/// <summary>Which keys of controllers are in use: one document, written before what it says becomes so. Pure.</summary>
/// <param name="Used">Under which something lies, or lay.</param>
/// <param name="Done">Of each controller a version under which all its persons' keys lie, or a newer one.</param>
internal sealed record UsedKeys(IReadOnlyList<(int Number, int Version)> Used, IReadOnlyDictionary<int, int> Done)
{
    public static UsedKeys None { get; } = new([], new Dictionary<int, int>());

    public static UsedKeys Read(JsonElement stored) => new([.. Pairs(stored.GetProperty("used"))], Pairs(stored.GetProperty("done")).ToDictionary(one => one.First, one => one.Second));

    public byte[] ToJson(string id, string writeId) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        id,
        pk = id,
        w = writeId,
        used = Used.Select(one => (int[])[one.Number, one.Version]),
        done = Done.Select(one => (int[])[one.Key, one.Value]),
    });

    /// <summary>
    /// Something is to lie under this key, or does since a moment ago. By a replica that has not heard of a newer version: then not all lies under that any more. Null when it says so already.
    /// </summary>
    public UsedKeys? With(ControllerKey under)
    {
        var (isUsed, isDone) = (Used.Contains((under.Number, under.Version)), Done.TryGetValue(under.Number, out var done) && done <= under.Version);
        if (isUsed && isDone) return null;
        return new UsedKeys(isUsed ? Used : [.. Used, (under.Number, under.Version)], isDone ? Done : new Dictionary<int, int>(Done) { [under.Number] = under.Version });
    }

    /// <summary>All of these controllers was put under these keys. Null when it says so already.</summary>
    public UsedKeys? Finished(IReadOnlyCollection<ControllerKey> targets)
    {
        if (targets.All(to => Done.GetValueOrDefault(to.Number) >= to.Version)) return null;
        var done = new Dictionary<int, int>(Done);
        foreach (var to in targets) done[to.Number] = Math.Max(to.Version, done.GetValueOrDefault(to.Number));
        return this with { Done = done };
    }

    private static IEnumerable<(int First, int Second)> Pairs(JsonElement stored) => stored.EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt32()));
}
