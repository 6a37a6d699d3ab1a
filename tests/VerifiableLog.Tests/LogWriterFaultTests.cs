using System.Globalization;
using Consent.Tests.Support;

namespace Consent.VerifiableLog.Tests;

/// <summary>
/// The process that writes a log, failed at its writes to files, its synchronisations and its renames: by an I/O error, after which it goes on by itself, and by SIGKILL, after which it is
/// started again. Here at some of each; at every one in the long form, which <c>CONSENT_TORTURE</c> tells.
/// </summary>
public sealed class LogWriterFaultTests
{
    private const int Size = 570;
    private const int SomeOfEach = 4;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("CONSENT_TORTURE") is not null;

    [Theory]
    [InlineData("error=EIO")]
    [InlineData("signal=SIGKILL")]
    public async Task WhicheverCallFails_NothingThatWasKeptIsLost_NoForkIsSigned_AndTheTreeIsThatOfItsEntries(string fault)
    {
        var calls = await WriterProcess.CountAsync();
        foreach (var kind in (string[])["pwrite64", "fsync", "rename"])
            Assert.True(calls.Where(c => c.Key.StartsWith(kind, StringComparison.Ordinal)).Sum(c => c.Value) > 10, $"Of {kind} there are too few to be all.");
        foreach (var (call, count) in calls)
        {
            for (var nth = 1; nth <= count; nth += IsLong ? 1 : Math.Max(1, count / SomeOfEach))
            {
                using var folder = new TemporaryFolder();
                var first = await WriterProcess.FailAsync(folder.File("log"), call, nth, fault);
                var lines = first.Lines.ToList();
                if (fault == "error=EIO") Assert.True(first.Code == 0, $"{call} {nth}: it did not go on: {first.Code}. {first.Errors}");
                else lines.AddRange(await LiveAgainAsync(folder, $"{call} {nth}"));
                var faults = await FaultsAsync(folder.File("log"), lines);
                Assert.True(faults.Count == 0, $"{call} {nth}: {string.Join("; ", faults)}");
            }
        }
    }

    /// <summary>That the check above finds what it is there to find.</summary>
    [Fact]
    public async Task TheCheck_FindsAForkALossAnotherKey_AndATileThatIsNotThatOfItsEntries()
    {
        using var folder = new TemporaryFolder();
        var log = folder.File("log");
        var writer = await WriterProcess.RunAsync(log, 1);
        Assert.Equal(0, writer.Code);
        Assert.Empty(await FaultsAsync(log, writer.Lines));

        Assert.Contains("two roots", string.Join(';', await FaultsAsync(log, [.. writer.Lines, $"kept 256 {NodeHash.Empty}"])), StringComparison.Ordinal);
        Assert.Contains("another tree", string.Join(';', await FaultsAsync(log, [.. writer.Lines, $"kept 255 {NodeHash.Empty}"])), StringComparison.Ordinal);
        Assert.Contains("was lost", string.Join(';', await FaultsAsync(log, [.. writer.Lines, $"kept 600 {NodeHash.Empty}"])), StringComparison.Ordinal);
        Assert.Contains("keys", string.Join(';', await FaultsAsync(log, [.. writer.Lines, $"key {NoteVectors.Rekor}"])), StringComparison.Ordinal);
        Tampering.FlipBit(Path.Combine(TilesIn(log), "tile", "0", "000"), 40);
        Assert.Contains("tiles", string.Join(';', await FaultsAsync(log, writer.Lines)), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> LiveAgainAsync(TemporaryFolder folder, string after)
    {
        var second = await WriterProcess.RunAsync(folder.File("log"), 2);
        Assert.True(second.Code == 0, $"{after}: it did not go on after it was killed: {second.Code}. {second.Errors}");
        return second.Lines;
    }

    private static string TilesIn(string log) => Path.Combine(log, "data", "audit", "logs", "bakkers");

    /// <summary>What is wrong with a finished log, by what its lives told.</summary>
    private static async Task<List<string>> FaultsAsync(string log, IReadOnlyList<string> lines)
    {
        var faults = new List<string>();
        List<NoteVerifierKey> keys = [.. Told("key ").Distinct(StringComparer.Ordinal).Select(NoteVerifierKey.Parse)];
        if (keys.Count != (Ed25519NoteSigner.IsAvailable ? 2 : 1)) faults.Add($"{keys.Count} keys were told");
        var newest = SignedNote.Parse(await File.ReadAllBytesAsync(Path.Combine(log, "data.checkpoints", "bakkers.checkpoint")));
        if (newest.VerifiedBy([.. keys]).Count < newest.Signatures.Count) faults.Add("not all of its keys signed the newest checkpoint");
        var checkpoint = Checkpoint.Parse(newest.Text);
        if (checkpoint.Size != Size) faults.Add($"the newest checkpoint has {checkpoint.Size} entries");

        var tiles = new FolderReader(TilesIn(log));
        try
        {
            if (await LogCheck.RunAsync(tiles, Size) != checkpoint.Root) faults.Add("the entries are not those of the newest checkpoint");
        }
        catch (FormatException e)
        {
            faults.Add($"tiles: {e.Message}");
            return faults;
        }

        var entries = new List<ReadOnlyMemory<byte>>();
        for (var bundle = 0; entries.Count < Size; bundle++) entries.AddRange(await new TileReader(tiles).BundleAsync(bundle, Size));
        var tree = NaiveTree.Of(entries);
        List<(long Size, string Root)> kept = [.. Told("kept ").Select(line => line.Split(' ')).Select(parts => (long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]))];
        if (!kept.Contains((Size, tree.Root(Size).ToString()))) faults.Add("the newest checkpoint was told to nobody");
        faults.AddRange(kept.GroupBy(one => one.Size).Where(ofSize => ofSize.Distinct().Count() > 1).Select(ofSize => $"{ofSize.Key} entries have two roots"));
        faults.AddRange(kept.Where(one => one.Size > Size).Select(one => $"what {one.Size} entries were told of was lost"));
        faults.AddRange(kept.Where(one => one.Size <= Size && tree.Root(one.Size).ToString() != one.Root).Select(one => $"{one.Size} entries are another tree than was told"));
        return faults;

        // Each was written by one write to a pipe: whole or not at all.
        IEnumerable<string> Told(string begin) => lines.Where(line => line.StartsWith(begin, StringComparison.Ordinal)).Select(line => line[begin.Length..]);
    }
}
