namespace Consent.Storage;

/// <param name="Service">The folder of keys that it is about, such as <c>consent</c>.</param>
/// <param name="Wrapping">Version of the wrapping key that holds now.</param>
/// <param name="Keys">How many keys were wrapped anew, or given a new version.</param>
public sealed record RotatedKeys(string Service, string Wrapping, int Keys);

/// <summary>Rotations of the keys under which the keys of persons lie, in every service of a data folder that has them, while the services run.</summary>
public static class ControllerKeyRotation
{
    /// <summary>
    /// A new wrapping key, under which the keys of all controllers are wrapped anew; older wrapping keys stay for older copies of the folder. Throws
    /// <see cref="IOException"/> when there is nothing to rotate, or a key does not open: then nothing has changed in the service that it names.
    /// </summary>
    public static Task<IReadOnlyList<RotatedKeys>> WrappingAsync(string data) => EachAsync(data, (keys, wrapper) =>
    {
        wrapper.Succeed();
        return keys.RewrapAsync();
    });

    /// <summary>A new version of every controller's key: new persons' keys lie under it from the services' next start on, and the others are put under it then.</summary>
    public static Task<IReadOnlyList<RotatedKeys>> ControllersAsync(string data) => EachAsync(data, (keys, _) => keys.SucceedAsync());

    private static async Task<IReadOnlyList<RotatedKeys>> EachAsync(string data, Func<ControllerKeys, FileKeyWrapper, Task<int>> rotate)
    {
        var root = Path.Combine(data, "keys");
        List<string> folders = Directory.Exists(root) ? Directory.EnumerateDirectories(root).Where(folder => Directory.Exists(LogFiles.ControllersIn(folder))).Order(StringComparer.Ordinal).ToList() : [];
        if (folders.Count == 0) throw new IOException($"There are no keys of controllers in {root}: name the data folder of the services, after their first record.");
        var done = new List<RotatedKeys>();
        foreach (var folder in folders)
        {
            var wrapper = new FileKeyWrapper(folder);
            using var keys = await ControllerKeys.OpenAsync(LogFiles.ControllersIn(folder), wrapper);
            // A version that was lost would be made anew under its number, and what lies under it would open to nobody.
            keys.Require(SegmentKeys.UsedIn(Path.Combine(folder, "subject.wraps")));
            var count = await rotate(keys, wrapper);
            done.Add(new RotatedKeys(Path.GetFileName(folder), (await wrapper.NewestAsync()).Version, count));
        }

        return done;
    }
}
