namespace Consent.VerifiableLog.Tests;

public sealed class EntryBundleTests
{
    [Fact]
    public void Bundle_IsEachEntryBehindItsLength()
    {
        var bundle = EntryBundle.Write([Bytes(0), Bytes(1), Bytes(258)]);
        byte[] expected = [0, 0, 0, 1, 7, 1, 2, .. Bytes(258).Span];
        Assert.Equal(expected, bundle);
        Assert.Equal(new[] { 0, 1, 258 }, EntryBundle.Read(bundle).Select(entry => entry.Length));
    }

    [Fact]
    public void Bundle_OfTheMostAndTheLongest_IsReadBack()
    {
        var entries = Enumerable.Range(0, 256).Select(_ => Bytes(65_535)).ToList();
        var read = EntryBundle.Read(EntryBundle.Write(entries));
        Assert.Equal(256, read.Count);
        Assert.All(read, entry => Assert.Equal(65_535, entry.Length));
    }

    [Fact]
    public void What_NoBundleHolds_IsNotWritten()
    {
        Assert.Throws<ArgumentException>(() => EntryBundle.Write([]));
        Assert.Throws<ArgumentException>(() => EntryBundle.Write([Bytes(65_536)]));
        Assert.Throws<ArgumentException>(() => EntryBundle.Write([.. Enumerable.Range(0, 257).Select(_ => Bytes(1))]));
    }

    [Fact]
    public void What_IsNoBundle_IsRefused()
    {
        Assert.Throws<FormatException>(() => EntryBundle.Read(ReadOnlyMemory<byte>.Empty));
        Assert.Throws<FormatException>(() => EntryBundle.Read(new byte[257 * 2]));
        foreach (var malformed in new byte[][] { [0], [1], [0, 1], [255, 255], [255, 255, 0], [0, 1, 7, 0], [0, 1, 7, 0, 1], [0, 0, 0] })
            Assert.Throws<FormatException>(() => EntryBundle.Read(malformed));
    }

    [Fact]
    public void Bundle_CutAnywhereButBetweenEntries_IsRefused()
    {
        var bundle = EntryBundle.Write([Bytes(0), Bytes(3), Bytes(300)]);
        for (var length = 0; length < bundle.Length; length++)
        {
            if (length is 2 or 7) Assert.NotEmpty(EntryBundle.Read(bundle.AsMemory(0, length)));
            else Assert.Throws<FormatException>(() => EntryBundle.Read(bundle.AsMemory(0, length)));
        }
    }

    private static ReadOnlyMemory<byte> Bytes(int length) => Enumerable.Repeat((byte)7, length).ToArray();
}
