using Consent.Tests.Support;
using FsCheck.Fluent;

namespace Consent.VerifiableLog.Tests;

public sealed class TileReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(600)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(70_000)]
    public async Task RootProofsAndEntries_OutOfTiles_AreThoseOfTheRecursiveDefinition(int size)
    {
        var log = new NaiveLog(NaiveTree.Entries(0, size));
        var reader = new TileReader(log);
        Assert.Equal(log.Root, await reader.RootAsync(size));
        foreach (var index in new[] { 0, 1, 2, 127, 128, 255, 256, 511, 32_768, 65_280, 65_535, 65_536, size / 3, size / 2, size - 2, size - 1 }.Where(index => index >= 0 && index < size))
        {
            Assert.Equal(log.Tree.Inclusion(index, size), await reader.InclusionAsync(index, size));
            Assert.Equal(NaiveTree.Entry(index).ToArray(), (await reader.EntryAsync(index, size)).ToArray());
            Assert.Equal(log.Tree.Consistency(index + 1, size), await reader.ConsistencyAsync(index + 1, size));
        }

        Assert.Equal(log.Root, await LogCheck.RunAsync(log, size));
        // Nothing was asked for that a log of this size need not have.
        Assert.All(log.Asked, path => Assert.Contains(path, log.Resources.Keys));
    }

    [Fact]
    public async Task AnyCompleteSubtree_IsReadOutOfOneTile()
    {
        var log = new NaiveLog(NaiveTree.Entries(0, 1100));
        for (var level = 0; 1100 >> level > 0; level++)
        {
            for (var index = 0; index < 1100 >> level; index++)
            {
                log.Asked.Clear();
                Assert.Equal(log.Tree.Node(level, index), await new TileReader(log).HashAsync(level, index, 1100));
                Assert.Single(log.Asked);
            }
        }
    }

    [Fact]
    public async Task ProofOrEntry_ThatTheLogCannotHave_IsOutOfRange()
    {
        var reader = new TileReader(new NaiveLog(NaiveTree.Entries(0, 10)));
        foreach (var index in new[] { -1, 10, long.MinValue, long.MaxValue })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.InclusionAsync(index, 10));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.EntryAsync(index, 10));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.HashAsync(0, index, 10));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.HashAsync(-1, 0, 10));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.HashAsync(4, 0, 10));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.HashAsync(64, 0, 10));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.ConsistencyAsync(11, 10));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.ConsistencyAsync(-1, 10));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.RootAsync(-1));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.InclusionAsync(0, 0));
        Assert.Equal(NodeHash.Empty, await reader.RootAsync(0));
        Assert.Empty(await reader.ConsistencyAsync(0, 10));
        await Assert.ThrowsAsync<FormatException>(() => reader.RootAsync(11));
        await Assert.ThrowsAsync<FormatException>(() => reader.EntryAsync(300, 1000));
        await Assert.ThrowsAsync<FormatException>(() => reader.InclusionAsync(0, long.MaxValue));
    }

    [Fact]
    public async Task PartialTile_ThatWasRemoved_IsReadOutOfTheFullOne()
    {
        var (earlier, later) = (new NaiveLog(NaiveTree.Entries(0, 300)), new NaiveLog(NaiveTree.Entries(0, 512)));
        var reader = new TileReader(later);
        later.Resources["tile/1/000.p/1"] = earlier.Resources["tile/1/000.p/1"];
        Assert.Equal(earlier.Root, await reader.RootAsync(300));
        Assert.Equal(earlier.Root, await LogCheck.RunAsync(later, 300));
        Assert.Equal(NaiveTree.Entry(299).ToArray(), (await reader.EntryAsync(299, 300)).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(9 * 32)]
    [InlineData(11 * 32)]
    [InlineData((10 * 32) + 1)]
    [InlineData(1 << 20)]
    public async Task Tile_OfAnotherLength_IsRefused(int length)
    {
        var log = new NaiveLog(NaiveTree.Entries(0, 10));
        log.Resources["tile/0/000.p/10"] = new byte[length];
        await Assert.ThrowsAsync<FormatException>(() => new TileReader(log).RootAsync(10));
        await Assert.ThrowsAsync<FormatException>(() => new TileReader(log).InclusionAsync(3, 10));
    }

    [Fact]
    public async Task Bundle_WithMoreOrFewerEntries_IsRefused()
    {
        var log = new NaiveLog(NaiveTree.Entries(0, 10));
        foreach (var count in new[] { 1, 9, 11 })
        {
            log.Resources["tile/entries/000.p/10"] = EntryBundle.Write(NaiveTree.Entries(0, count));
            await Assert.ThrowsAsync<FormatException>(() => new TileReader(log).EntryAsync(0, 10));
        }
    }

    /// <summary>The right edge: the partial tile of each level. Of the tiles to its left the root says nothing; see <see cref="LogCheckTests"/>.</summary>
    [Fact]
    public void AnyBitOfATile_ThatTheRootIsMadeOf_ChangesTheRoot()
    {
        var log = new NaiveLog(NaiveTree.Entries(0, 70_000));
        Seeded.Check(Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => IsNoticedAsync(log, new Random(seed)).GetAwaiter().GetResult()), 200);
    }

    [Fact]
    public async Task Reader_AskedForMoreTilesThanItKeeps_ReadsThemAnew()
    {
        var log = new NaiveLog(NaiveTree.Entries(0, 60_000));
        var reader = new TileReader(log);
        for (var round = 0; round < 2; round++)
            for (var index = 0; index < 60_000; index += 256) Assert.Equal(log.Tree.Node(0, index), await reader.HashAsync(0, index, 60_000));
        Assert.True(log.Asked.Count > 300);
        log.Asked.Clear();
        await reader.HashAsync(0, 59_999, 60_000);
        Assert.Empty(log.Asked);
    }

    private static async Task<bool> IsNoticedAsync(NaiveLog log, Random chance)
    {
        var tile = log.Resources[new[] { "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1" }[chance.Next(3)]];
        var (at, bit) = (chance.Next(tile.Length), (byte)(1 << chance.Next(8)));
        tile[at] ^= bit;
        var isNoticed = await new TileReader(log).RootAsync(log.Size) != log.Root;
        tile[at] ^= bit;
        return isNoticed && await new TileReader(log).RootAsync(log.Size) == log.Root;
    }
}
