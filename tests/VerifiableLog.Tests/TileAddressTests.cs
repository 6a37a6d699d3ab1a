using Consent.Tests.Support;
using FsCheck.Fluent;

namespace Consent.VerifiableLog.Tests;

public sealed class TileAddressTests
{
    [Theory]
    [InlineData("tile/0/000", 0, 0, 256)]
    [InlineData("tile/0/x001/x234/067", 0, 1_234_067, 256)]
    [InlineData("tile/0/x001/x234/067.p/8", 0, 1_234_067, 8)]
    [InlineData("tile/63/999.p/255", 63, 999, 255)]
    [InlineData("tile/10/x001/000.p/1", 10, 1000, 1)]
    [InlineData("tile/entries/x123/456", TileAddress.Entries, 123_456, 256)]
    [InlineData("tile/entries/000.p/10", TileAddress.Entries, 0, 10)]
    [InlineData("tile/0/x009/x223/x372/x036/x854/x775/807", 0, long.MaxValue, 256)]
    public void Path_IsThatOfTheSpecification_AndReadBack(string path, int level, long index, int width)
    {
        var address = new TileAddress(level, index, width);
        Assert.Equal(path, address.Path);
        Assert.True(TileAddress.TryParse(path, out var read));
        Assert.Equal(address, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tile")]
    [InlineData("tile/0")]
    [InlineData("tile/0/")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/00")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/000/")]
    [InlineData("/tile/0/000")]
    [InlineData("Tile/0/000")]
    [InlineData("tiles/0/000")]
    [InlineData("tile/00/000")]
    [InlineData("tile/01/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/+1/000")]
    [InlineData("tile/ 1/000")]
    [InlineData("tile/1 /000")]
    [InlineData("tile/1\0/000")]
    [InlineData("tile/1/000\0")]
    [InlineData("tile/99999999999/000")]
    [InlineData("tile//000")]
    [InlineData("tile/entry/000")]
    [InlineData("tile/Entries/000")]
    [InlineData("tile/entries")]
    [InlineData("tile/0/x000")]
    [InlineData("tile/0/x000/067")]
    [InlineData("tile/0/001/067")]
    [InlineData("tile/0/x001/x067")]
    [InlineData("tile/0/xx001/067")]
    [InlineData("tile/0/X001/067")]
    [InlineData("tile/0/x01/067")]
    [InlineData("tile/0/x001//067")]
    [InlineData("tile/0/x001/06a")]
    [InlineData("tile/0/-01")]
    [InlineData("tile/0/٠٠٠")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/000.p/")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/00")]
    [InlineData("tile/0/000.p/08")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/-1")]
    [InlineData("tile/0/000.p/8/")]
    [InlineData("tile/0/000.p/8/9")]
    [InlineData("tile/0/000.P/8")]
    [InlineData("tile/0/000/.p/8")]
    [InlineData("tile/0/.p/8")]
    [InlineData("tile/0.p/8")]
    [InlineData("tile.p/8")]
    [InlineData(".p/8")]
    [InlineData("tile/0/000.p.p/8")]
    [InlineData("tile/0/x001.p/8/067")]
    [InlineData("tile/0/x009/x223/x372/x036/x854/x775/808")]
    [InlineData("tile/0/x001/x000/x000/x000/x000/x000/x000/000")]
    [InlineData("tile/0/../000")]
    [InlineData("tile/0/000?x")]
    public void Path_InAnyOtherSpelling_IsRefused(string? path)
    {
        Assert.False(TileAddress.TryParse(path, out var address));
        Assert.Equal(default(TileAddress), address);
    }

    [Fact]
    public void Path_OfAnEndlessText_IsRefused() => Assert.False(TileAddress.TryParse("tile/0/" + string.Concat(Enumerable.Repeat("x000/", 1_000_000)) + "000", out _));

    [Fact]
    public void Path_OfAnyAddress_IsReadBack() => Seeded.Check(Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var chance = new Random(seed);
        var address = new TileAddress(chance.Next(-1, 64), chance.NextInt64(1L << chance.Next(1, 63)), chance.Next(1, 257));
        return TileAddress.TryParse(address.Path, out var read) && read == address;
    }), 1000);

    [Fact]
    public void Address_OutOfRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileAddress(-2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileAddress(64, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileAddress(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileAddress(0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileAddress(0, 0, 257));
    }

    /// <summary>The example of C2SP tlog-tiles, "Partial Tiles", and the tree of 256 entries after it.</summary>
    [Theory]
    [InlineData(70_000, 0, 272, 256)]
    [InlineData(70_000, 0, 273, 112)]
    [InlineData(70_000, TileAddress.Entries, 273, 112)]
    [InlineData(70_000, 1, 0, 256)]
    [InlineData(70_000, 1, 1, 17)]
    [InlineData(70_000, 2, 0, 1)]
    [InlineData(256, 0, 0, 256)]
    [InlineData(256, 1, 0, 1)]
    [InlineData(long.MaxValue, 7, 0, 127)]
    public void Tile_InATree_HasTheWidthOfTheSpecification(long size, int level, long index, int width)
    {
        var address = TileAddress.InTree(level, index, size);
        Assert.Equal(new TileAddress(level, index, width), address);
        Assert.True(address.IsWithin(size));
        Assert.Equal(width == 256, new TileAddress(level, index).IsWithin(size));
        if (width < 256) Assert.False(new TileAddress(level, index, width + 1).IsWithin(size));
    }

    [Theory]
    [InlineData(70_000, 0, 274)]
    [InlineData(70_000, 1, 2)]
    [InlineData(70_000, 2, 1)]
    [InlineData(70_000, 3, 0)]
    [InlineData(70_000, 63, 0)]
    [InlineData(256, 0, 1)]
    [InlineData(255, 1, 0)]
    [InlineData(0, 0, 0)]
    [InlineData(0, TileAddress.Entries, 0)]
    [InlineData(-1, 0, 0)]
    [InlineData(long.MinValue, 1, 0)]
    [InlineData(long.MaxValue, 0, long.MaxValue)]
    [InlineData(70_000, 0, -1)]
    public void Tile_ThatATreeDoesNotHave_IsNotThere(long size, int level, long index)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TileAddress.InTree(level, index, size));
        if (index >= 0) Assert.False(new TileAddress(level, index, 1).IsWithin(size));
        Assert.False(default(TileAddress).IsWithin(size));
    }
}
