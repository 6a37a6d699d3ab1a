using Consent.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Consent.VerifiableLog.Tests;

public sealed class LogFolderTests
{
    [Fact]
    public void AnyBatches_AndAnyStartsBetweenThem_GiveTheFilesAndTheRootOfTheDefinition() => Seeded.Check(Prop.ForAll(Batches().ToArbitrary(), batches =>
        IsAsDefinedAsync([.. batches]).GetAwaiter().GetResult()), 25);

    [Fact]
    public async Task LargestBatches_BeyondThreeLevels_GiveTheFilesAndTheRootOfTheDefinition() =>
        Assert.True(await IsAsDefinedAsync([10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 5_535, 1, 1, 463]));

    [Fact]
    public async Task Log_OnTheDiskItself_IsReadBack()
    {
        using var folder = new TemporaryFolder();
        var log = LogFolder.Open(folder.File("logs", "bakkers"), 0);
        Assert.Equal(0, log.Size);
        Assert.Equal(NodeHash.Empty, log.Root);
        Assert.Equal(0, await log.AppendAsync(NaiveTree.Entries(0, 300)));
        Assert.Equal(300, await log.AppendAsync(NaiveTree.Entries(300, 300)));
        await log.PruneAsync(600);
        var naive = new NaiveLog(NaiveTree.Entries(0, 600));
        Assert.Equal(600, log.Size);
        Assert.Equal(naive.Root, log.Root);
        Assert.Equal(LogFiles.In(naive), Without(LogFiles.In(folder.File("logs", "bakkers")), "tile/1/000.p/1"));
        Assert.Equal(naive.Root, await LogCheck.RunAsync(new FolderReader(folder.File("logs", "bakkers")), 600));
        Assert.Equal(naive.Root, LogFolder.Open(folder.File("logs", "bakkers"), 600).Root);
    }

    [Fact]
    public async Task Entry_OfAnyLength_IsKept()
    {
        using var folder = new TemporaryFolder();
        var entries = new[] { 0, 1, 255, 256, 65_535, 0 }.Select(length => (ReadOnlyMemory<byte>)new byte[length]).ToList();
        await LogFolder.Open(folder.Path, 0, new FaultyDisk()).AppendAsync(entries);
        Assert.Equal(LogFiles.In(new NaiveLog(entries)), LogFiles.In(folder.Path));
        Assert.Equal(TileRoot(entries), LogFolder.Open(folder.Path, entries.Count).Root);
    }

    [Fact]
    public async Task Append_OfTooManyTooLongOrNoEntries_ChangesNothing()
    {
        using var folder = new TemporaryFolder();
        var log = LogFolder.Open(folder.Path, 0, new FaultyDisk());
        await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync([]));
        await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync(NaiveTree.Entries(0, 10_001)));
        await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync([new byte[1], new byte[65_536]]));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => log.AppendAsync([new byte[1]], new CancellationToken(canceled: true)));
        Assert.Equal(0, log.Size);
        Assert.Empty(LogFiles.In(folder.Path));
    }

    [Fact]
    public async Task PartialTiles_GoOnlyWhenACheckpointBeyondThemIsPublished()
    {
        using var folder = new TemporaryFolder();
        var log = LogFolder.Open(folder.Path, 0, new FaultyDisk());
        foreach (var (first, count) in new[] { (0, 100), (100, 100), (200, 100), (300, 300) }) await log.AppendAsync(NaiveTree.Entries(first, count));
        string[] partials = ["tile/0/000.p/100", "tile/0/000.p/200", "tile/0/001.p/44", "tile/entries/000.p/100", "tile/entries/000.p/200", "tile/entries/001.p/44"];
        await log.PruneAsync(200);
        Assert.All(partials, path => Assert.Contains(path, LogFiles.In(folder.Path).Keys));
        await log.PruneAsync(300);
        Assert.DoesNotContain("tile/0/000.p/200", LogFiles.In(folder.Path).Keys);
        Assert.Contains("tile/entries/001.p/44", LogFiles.In(folder.Path).Keys);
        await log.PruneAsync(600);
        Assert.All(partials, path => Assert.DoesNotContain(path, LogFiles.In(folder.Path).Keys));
        // An earlier size is still read, out of the full tiles, and continued.
        var earlier = LogFolder.Open(folder.Path, 300, new FaultyDisk());
        Assert.Equal(new NaiveLog(NaiveTree.Entries(0, 300)).Root, earlier.Root);
        await earlier.AppendAsync(NaiveTree.Entries(300, 300));
        Assert.Equal(log.Root, earlier.Root);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => log.PruneAsync(601));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => log.PruneAsync(-1));
    }

    [Theory]
    [InlineData("tile/0/002.p/88")]
    [InlineData("tile/1/000.p/2")]
    [InlineData("tile/entries/002.p/88")]
    public async Task Folder_WithoutAFileOfItsRightEdge_OrWithAnother_IsNotOpened(string path)
    {
        using var folder = new TemporaryFolder();
        await LogFolder.Open(folder.Path, 0, new FaultyDisk()).AppendAsync(NaiveTree.Entries(0, 600));
        var bytes = await File.ReadAllBytesAsync(folder.File(path));
        await File.WriteAllBytesAsync(folder.File(path), bytes[1..]);
        Assert.Throws<FormatException>(() => LogFolder.Open(folder.Path, 600));
        File.Delete(folder.File(path));
        Assert.Throws<FormatException>(() => LogFolder.Open(folder.Path, 600));
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(folder.File(path), bytes);
        if (path == "tile/1/000.p/2") Assert.NotEqual(new NaiveLog(NaiveTree.Entries(0, 600)).Root, LogFolder.Open(folder.Path, 600).Root);
        else Assert.Throws<FormatException>(() => LogFolder.Open(folder.Path, 600));
    }

    [Fact]
    public void Folder_WithFewerEntriesThanItIsOpenedWith_IsNotOpened()
    {
        using var folder = new TemporaryFolder();
        foreach (var size in new[] { 1, 256, 65_536, long.MaxValue }) Assert.Throws<FormatException>(() => LogFolder.Open(folder.Path, size));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogFolder.Open(folder.Path, -1));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Appends_AtTheSameTime_TakeTurns()
    {
        using var folder = new TemporaryFolder();
        var log = LogFolder.Open(folder.Path, 0, new FaultyDisk());
        var firsts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => log.AppendAsync(NaiveTree.Entries(0, 50))));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => 50L * i), firsts.Order());
        Assert.Equal(log.Root, await LogCheck.RunAsync(new FolderReader(folder.Path), 1000));
    }

    private static Gen<List<int>> Batches() => Gen.OneOf(Gen.Choose(1, 3), Gen.Choose(250, 260), Gen.Choose(1, 600)).ListOf(6).Select(sizes => sizes.ToList());

    private static async Task<bool> IsAsDefinedAsync(IReadOnlyList<int> batches)
    {
        using var folder = new TemporaryFolder();
        var (disk, defined) = (new FaultyDisk(), new NaiveLog(NaiveTree.Entries(0, batches.Sum())));
        var log = LogFolder.Open(folder.Path, 0, disk);
        foreach (var (batch, i) in batches.Select((batch, i) => (batch, i)))
        {
            var first = await log.AppendAsync(NaiveTree.Entries((int)log.Size, batch));
            if (first + batch != log.Size || log.Root != defined.Tree.Root(log.Size) || disk.Unsynced > 0) return false;
            if (i % 2 == 1) await log.PruneAsync(log.Size);
            if (i % 3 == 2) log = LogFolder.Open(folder.Path, log.Size, disk);
        }

        await log.PruneAsync(log.Size);
        var files = LogFiles.In(folder.Path);
        var resources = LogFiles.In(defined);
        // Beside them there are only partial tiles of sizes that the log had before, in tiles that are not full yet.
        return resources.All(one => files.GetValueOrDefault(one.Key) == one.Value)
            && files.Keys.Except(resources.Keys).All(path => TileAddress.TryParse(path, out var address) && address.IsWithin(log.Size)
                && !new TileAddress(address.Level, address.Index).IsWithin(log.Size))
            && await LogCheck.RunAsync(new FolderReader(folder.Path), log.Size) == defined.Root;
    }

    private static NodeHash TileRoot(IReadOnlyList<ReadOnlyMemory<byte>> entries) => NaiveTree.Of(entries).Root(entries.Count);

    private static SortedDictionary<string, string> Without(SortedDictionary<string, string> files, string path)
    {
        Assert.True(files.Remove(path));
        return files;
    }
}
