using Consent.Tests.Support;

namespace Consent.VerifiableLog.Tests;

/// <summary>
/// What programs that we did not write make of a log: they verify it, and refuse what was done to it, each where it can see it. The Go one reads all of it
/// and keeps older checkpoints; the Node one sees a checkpoint, an entry and its proof, and knows no proof of consistency.
/// </summary>
public sealed class OutsideProgramsTests(OutsidePrograms programs) : IClassFixture<OutsidePrograms>, IDisposable
{
    private const string NotProven = "invalid transparency proof";
    private const string NotTheRoot = "calculated root hash does not match inclusion proof";
    private const string OutOfRange = "tlog: invalid inputs";

    /// <summary>What is done to the first 600 entries, and at which of the indexes below another entry stands afterwards.</summary>
    private static readonly (string Name, Action<List<byte[]>> Do, long[] Changed)[] _deeds =
    [
        ("edited", entries => entries[299] = [.. entries[299], (byte)' '], [299]),
        ("swapped", entries => (entries[299], entries[300]) = (entries[300], entries[299]), [299, 300]),
        ("dropped", entries => entries.RemoveAt(299), [299, 300]),
        ("back-dated", entries => entries[299] = WrittenLog.EntryOf(299, daysEarlier: 1), [299]),
    ];

    private static readonly long[] _indexes = [10, 299, 300];
    private readonly LogKeys _keys = new();
    private readonly TemporaryFolder _copies = new();

    public void Dispose()
    {
        _copies.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public async Task BothPrograms_VerifyALog_AtEverySizeAroundTheEdgesOfItsTiles()
    {
        using var log = new WrittenLog(_keys);
        var seen = new List<string>();
        foreach (var size in (long[])[1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 100_003])
        {
            await log.AppendAsync(WrittenLog.EntriesOf(log.Size, size));
            seen.Add(await log.SignAsync());
            long[] indexes = [.. ((long[])[0, 7, 9, 255, 256, size / 2, 65_535, 65_536, size - 1]).Where(index => index < size).Distinct()];

            var told = await TellAsync(await log.TaskAsync($"size {size}", indexes, seen));

            Assert.Equal((3 + (2 * indexes.Length) + (2 * seen.Count), _keys.Signers.Count * indexes.Length), (told.Go.Length, told.Node.Length));
            Assert.All(told.Go.Concat(told.Node), line => Assert.StartsWith("ok ", line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task BothPrograms_RefuseWhatWasChangedInTheFolder_BySomeoneWithoutTheKeys()
    {
        using var log = new WrittenLog(_keys);
        var seen = await GrowAsync(log, 256, 300, 600);
        List<LogTask> tasks = [await log.TaskAsync("untouched", _indexes, seen)];
        foreach (var (name, deed, changed) in _deeds)
        {
            var folder = log.CopyTo(_copies.File(name));
            Tampering.ChangeEntries(folder, deed);
            var task = await log.TaskAsync($"{name} entry", folder, log.Size, _indexes, seen);
            tasks.Add(Refused(task, NotProven, changed, ("entries", name == "dropped" ? "bundle 2 ends early" : "their root is")));
        }
        // Our library makes proofs of what it finds: those that rest on the bit are wrong. Proofs by tiles either are not made, or are wrong too.
        string[] near = ["inclusion 299", "inclusion 300", "consistency 300"];
        foreach (var (tile, hash, why, wrong, wrongByTiles) in ((string, int, string, string[], string[])[])[
            ("tile/0/001", 298 - 256, "their root is", near, near),
            ("tile/1/000.p/2", 1, "downloaded inconsistent tile", ["inclusion 10", "consistency 256"], ["inclusion 10", "consistency 256", .. near]),
        ])
        {
            var folder = log.CopyTo(_copies.File(tile.Replace('/', '-')));
            Tampering.FlipBit(Path.Combine(folder, tile), hash * NodeHash.Length);
            var task = await log.TaskAsync($"flipped bit in {tile}", folder, log.Size, _indexes, seen);
            tasks.Add(task with
            {
                GoRefuses = Table([("tiles", why), .. wrong.Select(check => (check, NotProven)), .. wrongByTiles.Select(check => ($"{check} by tiles", ""))]),
                NodeRefuses = OfNode(NotTheRoot, [.. _indexes.Where(index => wrong.Contains($"inclusion {index}"))]),
            });
        }

        await TellAsync([.. tasks]);
    }

    /// <summary>All that he shows agrees with itself. What was seen before and what others kept tells of it: an older checkpoint, a receipt.</summary>
    [Fact]
    public async Task BothPrograms_RefuseAPastThatTheOwnerOfTheLogWroteAnew_AndSigned()
    {
        using var log = new WrittenLog(_keys);
        var seen = await GrowAsync(log, 256, 600);
        await GrowAsync(log, 700);
        List<LogTask> tasks = [await log.TaskAsync("honest", _indexes, seen, index => WrittenLog.EntryOf(index))];
        foreach (var (name, deed, changed) in _deeds)
        {
            foreach (var size in (int[])[600, 700])
            {
                List<byte[]> entries = [.. WrittenLog.EntriesOf(0, 600)];
                deed(entries);
                using var anew = await WrittenLog.OfAsync(_keys, [.. entries, .. WrittenLog.EntriesOf(1000, 1000 + size - entries.Count)]);
                var folder = anew.CopyTo(_copies.File($"{name}-{size}"));
                var task = await anew.TaskAsync($"{name} entry at {size}", folder, size, _indexes, seen, index => WrittenLog.EntryOf(index));
                tasks.Add(Refused(task, NotProven, changed, ("consistency 600", NotProven), ("consistency 600 by tiles", NotProven)));
            }
        }

        await TellAsync([.. tasks]);
    }

    [Fact]
    public async Task BothPrograms_RefuseACheckpoint_ThatWasRolledBack_IsOfAShrunkLog_OrIsNotWhatTheKeySigned()
    {
        using var log = new WrittenLog(_keys);
        using var foreign = new LogKeys();
        var seen = await GrowAsync(log, 150, 300, 600);
        long[] indexes = [10, 199, 599];
        using var shrunk = await WrittenLog.OfAsync(_keys, WrittenLog.EntriesOf(0, 200));
        (string, string)[] refused = [("consistency 600", OutOfRange), ("consistency 600 by tiles", OutOfRange)];
        var rolledBack = log.CopyTo(_copies.File("rolled-back"));
        await File.WriteAllTextAsync(Path.Combine(rolledBack, "checkpoint"), seen[1]);
        List<LogTask> tasks =
        [
            Refused(
                await shrunk.TaskAsync("shrunk", indexes, seen, index => WrittenLog.EntryOf(index)), OutOfRange, [599],
                [.. refused, ("consistency 300", OutOfRange), ("consistency 300 by tiles", OutOfRange)]),
            Refused(await log.TaskAsync("rolled back", rolledBack, 300, indexes, seen, index => WrittenLog.EntryOf(index)), OutOfRange, [599], refused),
        ];

        var checkpoint = new Checkpoint(WrittenLog.Origin, log.Size, log.Root);
        foreach (var (name, text, why, isSeenByNode) in ((string, string, string, bool)[])[
            ("foreign key", foreign.Sign(checkpoint), "note has no verifiable signatures", true),
            ("foreign key under our ID", Tampering.UnderIdOf(_keys, foreign.Sign(checkpoint)), "invalid signature for key", true),
            ("altered size", seen[2].Replace("\n600\n", "\n601\n", StringComparison.Ordinal), "invalid signature for key", true),
            ("another log of the same key", _keys.Sign(checkpoint with { Origin = "consent.example/log/slagers" }), "it is not a checkpoint of this log", false),
        ])
        {
            var folder = log.CopyTo(_copies.File(name));
            await File.WriteAllTextAsync(Path.Combine(folder, "checkpoint"), text);
            tasks.Add(await log.TaskAsync(name, folder, log.Size, indexes, seen) with
            {
                GoRefuses = Table(("checkpoint", why)),
                NodeRefuses = isSeenByNode ? OfNode("invalid checkpoint signature", indexes) : Table(),
            });
        }

        await TellAsync([.. tasks]);
    }

    private async Task<(string[] Go, string[] Node)> TellAsync(params LogTask[] tasks)
    {
        var (go, node) = (programs.GoAsync(tasks), programs.NodeAsync(tasks));
        await Task.WhenAll(go, node);
        return (await go, await node);
    }

    /// <summary>The checkpoints at the sizes.</summary>
    private static async Task<string[]> GrowAsync(WrittenLog log, params long[] sizes)
    {
        var checkpoints = new List<string>();
        foreach (var size in sizes)
        {
            await log.AppendAsync(WrittenLog.EntriesOf(log.Size, size));
            checkpoints.Add(await log.SignAsync());
        }
        return [.. checkpoints];
    }

    /// <summary>The task, with what is wrong at the indexes for both programs, and more for the Go one.</summary>
    private LogTask Refused(LogTask task, string why, long[] indexes, params (string, string)[] more) => task with
    {
        GoRefuses = Table([.. more, .. indexes.SelectMany(index => ((string, string)[])[($"inclusion {index}", why), ($"inclusion {index} by tiles", why)])]),
        NodeRefuses = OfNode(why == OutOfRange ? "invalid index" : NotTheRoot, indexes),
    };

    private Dictionary<string, string> OfNode(string why, params long[] indexes) =>
        Table([.. indexes.SelectMany(index => _keys.Types.Select(type => ($"inclusion {index} by {type}", why)))]);

    private static Dictionary<string, string> Table(params (string Check, string Why)[] refused) => refused.ToDictionary(r => r.Check, r => r.Why, StringComparer.Ordinal);
}
