using System.Security.Cryptography;

namespace Consent.Storage.Tests;

/// <summary>A folder with the file of persons' keys and the keys of controllers, copies of it, and rewrappings that are cut short.</summary>
internal sealed class KeyFolder : IDisposable
{
    public const int KeyBytes = 32;

    public TestFolder Folder { get; } = new();

    public string Keys => Folder.File("keys");

    public void Dispose() => Folder.Dispose();

    public ControllerKeys Controllers(string? folder = null) => folder is null ? Folder.Controllers() : Folder.Controllers(folder);

    /// <summary>A new version of each controller's key.</summary>
    public async Task<int> SucceedAsync()
    {
        using var rotating = Controllers();
        return await rotating.SucceedAsync();
    }

    /// <summary>Slots and keys under two controllers' keys in four segments, one destroyed.</summary>
    public async Task<Dictionary<long, byte[]?>> TwoControllersAsync()
    {
        using var keys = Open();
        var given = new Dictionary<long, byte[]?>();
        foreach (var controller in Enumerable.Repeat<string?>("bakkers", 300).Append(null))
        {
            var key = await keys.NextAsync(controller);
            given[key.Slot] = key.Key;
        }

        keys.Destroy([given.Keys.Min() + 5]);
        given[given.Keys.Min() + 5] = null;
        return given;
    }

    /// <returns>False when all was done before the write at which it was to die.</returns>
    public async Task<bool> RewrapAsync(string folder, int dieAt = 0)
    {
        var controllers = Controllers(folder);
        using var keys = SubjectKeyFile.Open(Path.Combine(folder, "subject.keys"), controllers, rewraps: false);
        var service = await controllers.OfAsync(null);
        var writes = 0;
        keys.Written = () =>
        {
            if (++writes == dieAt) throw new InvalidOperationException("killed");
        };
        try
        {
            while (keys.RewrapSome(service) > 0)
            {
            }

            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    public SubjectKeyFile Open(string? folder = null, bool rewraps = false)
    {
        var controllers = Controllers(folder ?? Keys);
        return SubjectKeyFile.Open(Path.Combine(folder ?? Keys, "subject.keys"), controllers, rewraps);
    }

    /// <summary>As it was made before there were keys of controllers: two blocks of 4096 keys in clear, the eighth destroyed.</summary>
    public (byte[] Bytes, Dictionary<long, byte[]?> Given) OldFile()
    {
        var bytes = RandomNumberGenerator.GetBytes(2 * 4096 * KeyBytes);
        bytes.AsSpan(7 * KeyBytes, KeyBytes).Clear();
        File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Keys).FullName, "subject.keys"), bytes);
        var given = Enumerable.Range(0, 2 * 4096).ToDictionary(slot => (long)slot, slot => slot == 7 ? null : bytes.AsSpan(slot * KeyBytes, KeyBytes).ToArray());
        return (bytes, given);
    }

    public static void Same(SubjectKeyFile keys, Dictionary<long, byte[]?> given)
    {
        foreach (var (slot, key) in given)
            if (keys.Find(slot) is var found && (found is null != key is null || (found is not null && !found.AsSpan().SequenceEqual(key)))) Assert.Fail($"The key in slot {slot} is another.");
    }

    /// <summary>Whether a slot holds what it held before.</summary>
    public static bool AnyLiesIn(byte[] before, byte[] after) => Enumerable.Range(0, before.Length / KeyBytes).Any(slot =>
        before.AsSpan(slot * KeyBytes, KeyBytes).ContainsAnyExcept((byte)0) && before.AsSpan(slot * KeyBytes, KeyBytes).SequenceEqual(after.AsSpan(slot * KeyBytes, KeyBytes)));

    public async Task<byte[]> BytesAsync(string? folder = null)
    {
        await using var stream = new FileStream(Path.Combine(folder ?? Keys, "subject.keys"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    public string Copy(string name)
    {
        var to = Folder.File(name);
        foreach (var file in Directory.EnumerateFiles(Keys, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(Keys, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return to;
    }
}
