namespace Consent.Storage.Tests;

/// <summary>Rewrappings of the file of persons' keys: cut short at any write, with a journal that is damaged, and beside readers.</summary>
public sealed class SubjectKeyFileRewrapTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RewrappingThatDiesAtAnyWrite_LeavesEveryKeyAsItWas()
    {
        var given = await _folder.TwoControllersAsync();
        Assert.Equal(2, await _folder.SucceedAsync());
        var before = await _folder.BytesAsync();

        var died = 0;
        while (true)
        {
            var trial = _folder.Copy($"trial-{died}");
            if (!await _folder.RewrapAsync(trial, dieAt: died + 1)) break;
            died++;
            using (var after = _folder.Open(trial)) KeyFolder.Same(after, given);
            // What is left is done by the next, and then nothing is left.
            await _folder.RewrapAsync(trial);
            using var whole = _folder.Open(trial);
            KeyFolder.Same(whole, given);
            Assert.False(KeyFolder.AnyLiesIn(before, await _folder.BytesAsync(trial)));
        }

        // The journal, four segments, what they lie under, and the journal emptied.
        Assert.Equal(7, died);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5000)]
    public async Task JournalThatIsCutShortOrDamaged_IsOfNothingThatWasTouched(int change)
    {
        var given = await _folder.TwoControllersAsync();
        await _folder.SucceedAsync();
        Assert.True(await _folder.RewrapAsync(_folder.Keys, dieAt: 1));
        await using (var journal = new FileStream(Path.Combine(_folder.Keys, "subject.rewrap"), FileMode.Open))
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

        using var keys = _folder.Open();

        KeyFolder.Same(keys, given);
        Assert.False((await File.ReadAllBytesAsync(_folder.Folder.File("keys/subject.rewrap"))).AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task KeyDestroyedAfterARewrapping_DoesNotComeBackWithItsJournal()
    {
        var given = await _folder.TwoControllersAsync();
        await _folder.SucceedAsync();
        // Dead when all but the emptying of the journal was done.
        Assert.True(await _folder.RewrapAsync(_folder.Keys, dieAt: 6));
        var slot = given.Keys.Max();
        using (var keys = _folder.Open()) keys.Destroy([slot]);

        using var again = _folder.Open();

        given[slot] = null;
        KeyFolder.Same(again, given);
    }

    [Fact]
    public async Task KeysThatAreReadWhileTheyAreRewrapped_AreTheSame()
    {
        var controllers = _folder.Controllers(_folder.Keys);
        using var keys = SubjectKeyFile.Open(Path.Combine(_folder.Keys, "subject.keys"), controllers, rewraps: false);
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
            do KeyFolder.Same(keys, given);
            while (!rewrapping.IsCompleted);
        })));
        await rewrapping;

        KeyFolder.Same(keys, given);
    }
}
