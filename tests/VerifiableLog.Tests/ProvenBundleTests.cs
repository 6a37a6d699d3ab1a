using Consent.Tests.Support;
using FsCheck.Fluent;

namespace Consent.VerifiableLog.Tests;

public sealed class ProvenBundleTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(255, 0)]
    [InlineData(256, 0)]
    [InlineData(257, 1)]
    [InlineData(1100, 2)]
    [InlineData(1100, 4)]
    public async Task Bundle_OfALogThatIsWhole_IsRead(int size, int bundle)
    {
        var entries = NaiveTree.Entries(0, size);
        var log = new NaiveLog(entries);
        var read = await ProvenBundle.ReadAsync(new TileReader(log), bundle, size, log.Root);
        Assert.Equal(entries.Skip(bundle * 256).Take(256).Select(e => e.ToArray()), read.Select(e => e.ToArray()));
        await Assert.ThrowsAsync<FormatException>(() => ProvenBundle.ReadAsync(new TileReader(log), bundle, size, NodeHash.OfEntry([1])));
    }

    /// <summary>Of the entries and their tile by that bundle, of the tiles above by one of the others at the latest.</summary>
    [Fact]
    public void AnyBitOfAnyFile_IsNoticed_WhenAllBundlesAreRead()
    {
        var log = new NaiveLog(NaiveTree.Entries(0, 1100));
        Seeded.Check(Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => IsNoticedAsync(log, new Random(seed)).GetAwaiter().GetResult()), 300);
    }

    private static async Task<bool> IsNoticedAsync(NaiveLog log, Random chance)
    {
        var path = log.Resources.Keys.ElementAt(chance.Next(log.Resources.Count));
        var before = log.Resources[path];
        var changed = before.ToArray();
        changed[chance.Next(changed.Length)] ^= (byte)(1 << chance.Next(8));
        log.Resources[path] = changed;
        var faults = 0;
        for (var bundle = 0; bundle < 5; bundle++)
        {
            try
            {
                await ProvenBundle.ReadAsync(new TileReader(log), bundle, log.Size, log.Root);
            }
            catch (FormatException)
            {
                faults++;
            }
        }

        log.Resources[path] = before;
        var isOfOneBundle = path.StartsWith("tile/entries", StringComparison.Ordinal);
        return isOfOneBundle ? faults == 1 : faults > 0;
    }
}
