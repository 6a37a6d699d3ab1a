using System.Security.Cryptography;
using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>The file of persons' keys: what it tells alone, files as they lay once, and rewrappings that are cut short at any write.</summary>
public sealed class SubjectKeyFileTests : IDisposable
{
    private const int KeyBytes = 32;
    private readonly TestFolder _folder = new();

    private string Keys => _folder.File("keys");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatLiesInTheFile_IsNoKey_AndWithoutTheKeysOfControllersItIsRefused()
    {
        using (var keys = Open())
        {
            foreach (var key in new[] { await keys.NextAsync("bakkers"), await keys.NextAsync() })
            {
                Assert.Equal(key.Key, keys.Find(key.Slot));
                Assert.NotEqual(key.Key, (await BytesAsync()).AsSpan((int)key.Slot * KeyBytes, KeyBytes).ToArray());
            }

            // What is not there was not destroyed.
            Assert.Throws<LogUnavailableException>(() => keys.Find(4096));
        }

        var copied = Copy("copied");
        Directory.Delete(Path.Combine(copied, "controllers"), recursive: true);
        Assert.Contains(".1.key", Assert.Throws<IOException>(() => Open(copied)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_ShareTheFsyncOfABlock_AndEachControllerHasBlocksOfItsOwn()
    {
        using var keys = Open();
        var first = new List<long>();
        for (var i = 0; i < 256; i++) first.Add((await keys.NextAsync("bakkers")).Slot);
        Assert.Equal((256, SubjectKeyFile.SegmentBytes), (first.Distinct().Count(), (await BytesAsync()).Length));

        var other = (await keys.NextAsync("other")).Slot;
        var next = (await keys.NextAsync("bakkers")).Slot;

        Assert.Equal((256L, 512L, 4 * SubjectKeyFile.SegmentBytes), (other, next, (await BytesAsync()).Length));
        Assert.Equal((true, false, false), (keys.Suits(next, "bakkers"), keys.Suits(next, "other"), keys.Suits((await keys.NextAsync()).Slot, "bakkers")));
    }

    [Fact]
    public async Task FileInClear_AsItLayOnce_OpensAllTheWhile_AndIsWrappedWhileItServes()
    {
        var (before, given) = OldFile();
        using (var keys = Open(rewraps: true))
        {
            Same(keys, given);
            await Eventually.IsSoAsync("nothing lies in clear", async () => !AnyLiesIn(before, await BytesAsync()));
            Same(keys, given);
            Assert.Equal((long)(before.Length / KeyBytes), (await keys.NextAsync()).Slot);
        }

        using var again = Open();
        Same(again, given);
        Assert.False(again.Suits(0, "bakkers"));
    }

    [Fact]
    public async Task FileInClear_ThatWasNotWrappedYet_Serves_AndWhatIsDestroyedInItStaysSo()
    {
        var (_, given) = OldFile();
        using (var keys = Open())
        {
            keys.Destroy([9]);
            given[9] = null;
            Same(keys, given);
            var anew = await keys.NextAsync("bakkers");
            given[anew.Slot] = anew.Key;
        }

        await RewrapAsync(Keys);

        using var again = Open();
        Same(again, given);
    }

    [Fact]
    public async Task RewrappingThatDiesAtAnyWrite_LeavesEveryKeyAsItWas()
    {
        var given = await TwoControllersAsync();
        using (var rotating = _folder.Controllers()) Assert.Equal(2, await rotating.SucceedAsync());
        var before = await BytesAsync();

        var died = 0;
        while (true)
        {
            var trial = Copy($"trial-{died}");
            if (!await RewrapAsync(trial, dieAt: died + 1)) break;
            died++;
            using (var after = Open(trial)) Same(after, given);
            // What is left is done by the next, and then nothing is left.
            await RewrapAsync(trial);
            using var whole = Open(trial);
            Same(whole, given);
            Assert.False(AnyLiesIn(before, await BytesAsync(trial)));
        }

        // The journal, four segments, what they lie under, and the journal emptied.
        Assert.Equal(7, died);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5000)]
    public async Task JournalThatIsCutShortOrDamaged_IsOfNothingThatWasTouched(int change)
    {
        var given = await TwoControllersAsync();
        using (var rotating = _folder.Controllers()) await rotating.SucceedAsync();
        Assert.True(await RewrapAsync(Keys, dieAt: 1));
        await using (var journal = new FileStream(Path.Combine(Keys, "subject.rewrap"), FileMode.Open))
        {
            if (change < 0) journal.SetLength(journal.Length + change);
            else
            {
                journal.Position = change;
                var was = journal.ReadByte();
                journal.Position = change;
                journal.WriteByte((byte)(was ^ 1));
            }
        }

        using var keys = Open();

        Same(keys, given);
        Assert.False((await File.ReadAllBytesAsync(_folder.File("keys/subject.rewrap"))).AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task KeyDestroyedAfterARewrapping_DoesNotComeBackWithItsJournal()
    {
        var given = await TwoControllersAsync();
        using (var rotating = _folder.Controllers()) await rotating.SucceedAsync();
        // Dead when all but the emptying of the journal was done.
        Assert.True(await RewrapAsync(Keys, dieAt: 6));
        var slot = given.Keys.Max();
        using (var keys = Open()) keys.Destroy([slot]);

        using var again = Open();

        given[slot] = null;
        Same(again, given);
    }

    [Fact]
    public async Task KeysThatAreReadWhileTheyAreRewrapped_AreTheSame()
    {
        var controllers = _folder.Controllers(Keys);
        using var keys = SubjectKeyFile.Open(Path.Combine(Keys, "subject.keys"), controllers, rewraps: false);
        var given = new Dictionary<long, byte[]?>();
        for (var i = 0; i < 3000; i++)
        {
            var key = await keys.NextAsync("bakkers");
            given[key.Slot] = key.Key;
        }

        var service = await controllers.OfAsync(null);
        var rewrapping = Task.Run(async () =>
        {
            for (var version = 2; version <= 6; version++)
            {
                await controllers.SucceedAsync();
                while (keys.RewrapSome(service) > 0)
                {
                }
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            do Same(keys, given);
            while (!rewrapping.IsCompleted);
        })));
        await rewrapping;

        Same(keys, given);
    }

    [Fact]
    public async Task KeysThatAnotherHas_AreRefusedInASentence_AndServeWhenItIsGone()
    {
        SubjectKey given;
        using (var keys = Open())
        {
            given = await keys.NextAsync("bakkers");
            Assert.Contains("in use by another process", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);
            Assert.Equal(given.Key, keys.Find(given.Slot));
        }

        using var again = Open();
        Assert.Equal(given.Key, again.Find(given.Slot));
    }

    [Fact]
    public async Task FilesThatDoNotBelongTogether_AreRefusedInASentence()
    {
        using (var keys = Open()) await keys.NextAsync("bakkers");
        var older = Copy("older");
        using (var keys = Open())
        {
            for (var i = 0; i < 20_000; i++) await keys.NextAsync("bakkers");
        }

        foreach (var file in new[] { "subject.keys", "subject.wraps" })
        {
            var mixed = Copy($"mixed-{file}");
            File.Copy(Path.Combine(older, file), Path.Combine(mixed, file), overwrite: true);
            Assert.Contains("from one backup", Assert.Throws<IOException>(() => Open(mixed)).Message, StringComparison.Ordinal);
        }

        var without = Copy("without");
        File.Delete(Path.Combine(without, "subject.wraps"));
        Assert.Contains("subject.wraps is missing", Assert.Throws<IOException>(() => Open(without)).Message, StringComparison.Ordinal);
    }

    /// <summary>Slots and keys under two controllers' keys in four segments, one destroyed.</summary>
    private async Task<Dictionary<long, byte[]?>> TwoControllersAsync()
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
    private async Task<bool> RewrapAsync(string folder, int dieAt = 0)
    {
        var controllers = _folder.Controllers(folder);
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

    private SubjectKeyFile Open(string? folder = null, bool rewraps = false)
    {
        var controllers = _folder.Controllers(folder ?? Keys);
        return SubjectKeyFile.Open(Path.Combine(folder ?? Keys, "subject.keys"), controllers, rewraps);
    }

    /// <summary>As it was made before there were keys of controllers: two blocks of 4096 keys in clear, the eighth destroyed.</summary>
    private (byte[] Bytes, Dictionary<long, byte[]?> Given) OldFile()
    {
        var bytes = RandomNumberGenerator.GetBytes(2 * 4096 * KeyBytes);
        bytes.AsSpan(7 * KeyBytes, KeyBytes).Clear();
        File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Keys).FullName, "subject.keys"), bytes);
        var given = Enumerable.Range(0, 2 * 4096).ToDictionary(slot => (long)slot, slot => slot == 7 ? null : bytes.AsSpan(slot * KeyBytes, KeyBytes).ToArray());
        return (bytes, given);
    }

    private static void Same(SubjectKeyFile keys, Dictionary<long, byte[]?> given)
    {
        foreach (var (slot, key) in given)
            if (keys.Find(slot) is var found && (found is null != key is null || (found is not null && !found.AsSpan().SequenceEqual(key)))) Assert.Fail($"The key in slot {slot} is another.");
    }

    /// <summary>Whether a slot holds what it held before.</summary>
    private static bool AnyLiesIn(byte[] before, byte[] after) => Enumerable.Range(0, before.Length / KeyBytes).Any(slot =>
        before.AsSpan(slot * KeyBytes, KeyBytes).ContainsAnyExcept((byte)0) && before.AsSpan(slot * KeyBytes, KeyBytes).SequenceEqual(after.AsSpan(slot * KeyBytes, KeyBytes)));

    private async Task<byte[]> BytesAsync(string? folder = null)
    {
        await using var stream = new FileStream(Path.Combine(folder ?? Keys, "subject.keys"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    private string Copy(string name)
    {
        var to = _folder.File(name);
        foreach (var file in Directory.EnumerateFiles(Keys, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(Keys, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return to;
    }
}
