using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>Keys of controllers: one for each, wrapped by whoever keeps the wrapping key, wrapped anew, succeeded, and destroyed.</summary>
public sealed class ControllerKeysTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string Files => _folder.File("keys/controllers");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Replicas_ThatNeedAKeyAtOnce_HaveTheSame_AndEachControllerHasItsOwn()
    {
        using var one = _folder.Controllers();
        using var other = _folder.Controllers();
        var names = Enumerable.Range(0, 12).Select(i => $"controller-{i}").ToList();

        var given = await Task.WhenAll(new[] { one, other }.SelectMany(keys => names.Select(name => Task.Run(async () => (Name: name, Key: await keys.OfAsync(name))))));

        Assert.All(given.GroupBy(g => g.Name), group => Assert.Single(group.Select(g => Convert.ToHexString(g.Key.Key)).Distinct()));
        Assert.Equal(12, given.Select(g => Convert.ToHexString(g.Key.Key)).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 12), given.Select(g => g.Key.Number).Distinct().Order());
        using var later = _folder.Controllers();
        foreach (var (name, key) in given) Assert.Equal(key.Key, (await later.OfAsync(name)).Key);
    }

    [Fact]
    public async Task Files_HoldNoKey_AndOnlyTheirOwnerReadsThem()
    {
        using var keys = _folder.Controllers();
        var key = await keys.OfAsync("bakkers");

        var text = await File.ReadAllTextAsync(Path.Combine(Files, "1.1.key"));

        Assert.Contains("\"controller\":\"bakkers\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(key.Key), text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Files, "1.1.key")));
    }

    [Fact]
    public async Task NewWrappingKey_WrapsAllAnew_SoThatTheOldOneIsNotNeeded_AndWhatWasCutShortIsCompleted()
    {
        using var vault = new StandInVault();
        var before = new List<byte[]>();
        using (var keys = _folder.Controllers(wrapper: vault))
        {
            foreach (var name in new[] { "a", "b", "c" }) before.Add((await keys.OfAsync(name)).Key);
            vault.Succeed();
            vault.AwayAfter = 1;
            await Assert.ThrowsAsync<LogUnavailableException>(keys.RewrapAsync);
            vault.AwayAfter = null;
        }

        using (var keys = _folder.Controllers(wrapper: vault))
        {
            Assert.Equal(2, await keys.RewrapAsync());
            Assert.Equal(0, await keys.RewrapAsync());
        }

        vault.Forget(1);
        using var after = _folder.Controllers(wrapper: vault);
        byte[][] now = [(await after.OfAsync("a")).Key, (await after.OfAsync("b")).Key, (await after.OfAsync("c")).Key];
        Assert.Equal(before, now);
    }

    [Fact]
    public async Task RotationOfADataFolder_GoesOverEveryService_AndChangesNoKey()
    {
        var opened = new Dictionary<string, byte[]>();
        foreach (var service in new[] { "audit", "consent" })
        {
            using var keys = _folder.Controllers(_folder.File($"keys/{service}"));
            opened[service] = (await keys.OfAsync("bakkers")).Key;
        }

        var wrapped = await ControllerKeyRotation.WrappingAsync(_folder.FullName);
        var succeeded = await ControllerKeyRotation.ControllersAsync(_folder.FullName);

        Assert.Equal([new RotatedKeys("audit", "2", 1), new RotatedKeys("consent", "2", 1)], wrapped);
        Assert.Equal([new RotatedKeys("audit", "2", 1), new RotatedKeys("consent", "2", 1)], succeeded);
        foreach (var (service, key) in opened)
        {
            using var keys = _folder.Controllers(_folder.File($"keys/{service}"));
            Assert.Equal(2, (await keys.OfAsync("bakkers")).Version);
            Assert.Equal(key, keys.Find(1, 1)!.Key);
            Assert.Contains("\"version\":\"2\"", await File.ReadAllTextAsync(_folder.File($"keys/{service}/controllers/1.1.key")), StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<IOException>(() => ControllerKeyRotation.WrappingAsync(_folder.File("nowhere")));
    }

    [Fact]
    public async Task RotationOfAFolderThatLostAVersion_IsRefused_AndMakesNothingInItsPlace()
    {
        var folder = _folder.File("keys/consent");
        var lost = Path.Combine(folder, "controllers", "1.2.key");
        for (var version = 1; version <= 2; version++)
        {
            using (var keys = SubjectKeyFile.Open(Path.Combine(Directory.CreateDirectory(folder).FullName, "subject.keys"), _folder.Controllers(folder))) await keys.NextAsync("bakkers");
            if (version == 1) await ControllerKeyRotation.ControllersAsync(_folder.FullName);
        }

        File.Delete(lost);

        foreach (var rotate in new Func<string, Task<IReadOnlyList<RotatedKeys>>>[] { ControllerKeyRotation.ControllersAsync, ControllerKeyRotation.WrappingAsync })
            Assert.Contains("controllers/1.2.key", (await Assert.ThrowsAsync<IOException>(() => rotate(_folder.FullName))).Message, StringComparison.Ordinal);
        Assert.Equal((false, false), (File.Exists(lost), File.Exists(Path.Combine(folder, "wrapping.2.key"))));
    }

    [Fact]
    public async Task Destroyed_NothingIsLeftInItsFiles_OtherProcessesNotice_AndTheControllerBeginsAnew()
    {
        using var keys = _folder.Controllers();
        using var other = _folder.Controllers();
        await keys.OfAsync("bakkers");
        await keys.SucceedAsync();
        await other.ExpectAsync([(1, 2)]);
        Assert.NotNull(other.Find(1, 2));
        // Left by processes that died while they made, or replaced, a version.
        foreach (var left in new[] { "1.1.key.new", "1.2.key.0123456789.new" }) File.Copy(Path.Combine(Files, "1.1.key"), Path.Combine(Files, left));

        Assert.True(await keys.DestroyAsync("bakkers"));

        Assert.Null(keys.Find(1, 1));
        Assert.Empty(Directory.EnumerateFiles(Files, "*.new"));
        Assert.All(new[] { "1.1.key", "1.2.key" }, file => Assert.False(File.ReadAllBytes(Path.Combine(Files, file)).AsSpan().ContainsAnyExcept((byte)0)));
        await Eventually.IsSoAsync("another process has noticed", async () =>
        {
            await other.ExpectAsync([(1, 2)]);
            return other.Find(1, 2) is null;
        });
        Assert.Equal(2, (await other.OfAsync("bakkers")).Number);
        using var later = _folder.Controllers();
        Assert.Equal((2, true), ((await later.OfAsync("bakkers")).Number, later.Find(1, 2) is null));
    }

    [Fact]
    public async Task DestructionThatWasCutShort_IsMadeWholeAtTheNextStart()
    {
        using (var keys = _folder.Controllers()) await keys.OfAsync("bakkers");
        await File.WriteAllTextAsync(Path.Combine(Files, "1.destroyed"), "destroyed");

        using var after = _folder.Controllers();

        Assert.Null(after.Find(1, 1));
        Assert.False((await File.ReadAllBytesAsync(Path.Combine(Files, "1.1.key"))).AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task KeyThatIsMissingOrAnothers_IsRefused_AndNeverTakenForDestroyed()
    {
        using (var keys = _folder.Controllers())
        {
            foreach (var name in new[] { "a", "b" }) await keys.OfAsync(name);
            Assert.Throws<LogUnavailableException>(() => keys.Find(3, 1));
        }

        var (first, second) = (Path.Combine(Files, "1.1.key"), Path.Combine(Files, "2.1.key"));
        File.Move(first, first + ".lost");
        Assert.Contains("1.1.key is missing", Assert.Throws<IOException>(() => _folder.Controllers()).Message, StringComparison.Ordinal);
        File.Move(second, first);
        File.Move(first + ".lost", second);
        Assert.Contains("1.1.key does not open", Assert.Throws<IOException>(() => _folder.Controllers()).Message, StringComparison.Ordinal);
    }
}
