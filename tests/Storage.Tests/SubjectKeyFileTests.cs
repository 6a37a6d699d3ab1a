using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>The file of persons' keys: what it tells alone, files as they lay once, and what does not belong together.</summary>
public sealed class SubjectKeyFileTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatLiesInTheFile_IsNoKey_AndWithoutTheKeysOfControllersItIsRefused()
    {
        using (var keys = _folder.Open())
        {
            foreach (var key in new[] { await keys.NextAsync("bakkers"), await keys.NextAsync() })
            {
                Assert.Equal(key.Key, keys.Find(key.Slot));
                Assert.NotEqual(key.Key, (await _folder.BytesAsync()).AsSpan((int)key.Slot * KeyFolder.KeyBytes, KeyFolder.KeyBytes).ToArray());
            }

            // What is not there was not destroyed.
            Assert.Throws<LogUnavailableException>(() => keys.Find(4096));
        }

        var copied = _folder.Copy("copied");
        Directory.Delete(Path.Combine(copied, "controllers"), recursive: true);
        Assert.Contains(".1.key", Assert.Throws<IOException>(() => _folder.Open(copied)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_ShareTheFsyncOfABlock_AndEachControllerHasBlocksOfItsOwn()
    {
        using var keys = _folder.Open();
        var first = new List<long>();
        for (var i = 0; i < 256; i++) first.Add((await keys.NextAsync("bakkers")).Slot);
        Assert.Equal((256, SubjectKeyFile.SegmentBytes), (first.Distinct().Count(), (await _folder.BytesAsync()).Length));

        var other = (await keys.NextAsync("other")).Slot;
        var next = (await keys.NextAsync("bakkers")).Slot;

        Assert.Equal((256L, 512L, 4 * SubjectKeyFile.SegmentBytes), (other, next, (await _folder.BytesAsync()).Length));
        Assert.Equal((true, false, false), (keys.Suits(next, "bakkers"), keys.Suits(next, "other"), keys.Suits((await keys.NextAsync()).Slot, "bakkers")));
    }

    [Fact]
    public async Task FileInClear_AsItLayOnce_OpensAllTheWhile_AndIsWrappedWhileItServes()
    {
        var (before, given) = _folder.OldFile();
        using (var keys = _folder.Open(rewraps: true))
        {
            KeyFolder.Same(keys, given);
            await Eventually.IsSoAsync("nothing lies in clear", async () => !KeyFolder.AnyLiesIn(before, await _folder.BytesAsync()));
            KeyFolder.Same(keys, given);
            Assert.Equal((long)(before.Length / KeyFolder.KeyBytes), (await keys.NextAsync()).Slot);
        }

        using var again = _folder.Open();
        KeyFolder.Same(again, given);
        Assert.False(again.Suits(0, "bakkers"));
    }

    [Fact]
    public async Task FileInClear_ThatWasNotWrappedYet_Serves_AndWhatIsDestroyedInItStaysSo()
    {
        var (_, given) = _folder.OldFile();
        using (var keys = _folder.Open())
        {
            keys.Destroy([9]);
            given[9] = null;
            KeyFolder.Same(keys, given);
            var anew = await keys.NextAsync("bakkers");
            given[anew.Slot] = anew.Key;
        }

        await _folder.RewrapAsync(_folder.Keys);

        using var again = _folder.Open();
        KeyFolder.Same(again, given);
    }

    [Fact]
    public async Task KeysThatAnotherHas_AreRefusedInASentence_AndServeWhenItIsGone()
    {
        SubjectKey given;
        using (var keys = _folder.Open())
        {
            given = await keys.NextAsync("bakkers");
            Assert.Contains("in use by another process", Assert.Throws<IOException>(() => _folder.Open()).Message, StringComparison.Ordinal);
            Assert.Equal(given.Key, keys.Find(given.Slot));
        }

        using var again = _folder.Open();
        Assert.Equal(given.Key, again.Find(given.Slot));
    }

    [Fact]
    public async Task FilesThatDoNotBelongTogether_AreRefusedInASentence()
    {
        using (var keys = _folder.Open()) await keys.NextAsync("bakkers");
        var older = _folder.Copy("older");
        using (var keys = _folder.Open())
        {
            for (var i = 0; i < 20_000; i++) await keys.NextAsync("bakkers");
        }

        foreach (var file in new[] { "subject.keys", "subject.wraps" })
        {
            var mixed = _folder.Copy($"mixed-{file}");
            File.Copy(Path.Combine(older, file), Path.Combine(mixed, file), overwrite: true);
            Assert.Contains("from one backup", Assert.Throws<IOException>(() => _folder.Open(mixed)).Message, StringComparison.Ordinal);
        }

        var without = _folder.Copy("without");
        File.Delete(Path.Combine(without, "subject.wraps"));
        Assert.Contains("subject.wraps is missing", Assert.Throws<IOException>(() => _folder.Open(without)).Message, StringComparison.Ordinal);
    }
}
