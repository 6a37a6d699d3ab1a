using Consent.Tests.Support;
using FsCheck.Fluent;

namespace Consent.VerifiableLog.Tests;

public sealed class LogCheckTests
{
    [Fact]
    public void AnyBitOfAnyFile_AnyFileMissingCutOrExchanged_IsNoticed()
    {
        var log = new NaiveLog(NaiveTree.Entries(0, 1100));
        Seeded.Check(Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => IsNoticedAsync(log, new Random(seed)).GetAwaiter().GetResult()), 300);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    public async Task Log_ThatIsWhole_GivesItsRoot_AndTellsHowFarItGot(int size)
    {
        var log = new NaiveLog(NaiveTree.Entries(0, size));
        var told = new Told();
        Assert.Equal(log.Root, await LogCheck.RunAsync(log, size, told));
        Assert.Equal(size, told.Newest);
    }

    private static async Task<bool> IsNoticedAsync(NaiveLog log, Random chance)
    {
        var path = log.Resources.Keys.ElementAt(chance.Next(log.Resources.Count));
        var (before, other) = (log.Resources[path], log.Resources.Values.ElementAt(chance.Next(log.Resources.Count)));
        var changed = before.ToArray();
        changed[chance.Next(changed.Length)] ^= (byte)(1 << chance.Next(8));
        var isNoticed = true;
        foreach (var bytes in new byte[]?[] { changed, null, before[..chance.Next(before.Length)], [.. before, 0], other })
        {
            if (bytes is null) log.Resources.Remove(path);
            else log.Resources[path] = bytes;
            isNoticed &= (bytes is not null && bytes.AsSpan().SequenceEqual(before)) || await IsRefusedAsync(log);
        }

        log.Resources[path] = before;
        return isNoticed && !await IsRefusedAsync(log);
    }

    private static async Task<bool> IsRefusedAsync(NaiveLog log)
    {
        try
        {
            return await LogCheck.RunAsync(log, log.Size) != log.Root;
        }
        catch (FormatException)
        {
            return true;
        }
    }

    private sealed class Told : IProgress<long>
    {
        public long Newest { get; private set; }

        public void Report(long value) => Newest = value;
    }
}
