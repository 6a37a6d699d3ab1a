using System.Security.Cryptography;
using System.Text;
using Consent.Tests.Support;
using Consent.VerifiableLog;
using Consent.VerifiableLog.Tests;

namespace Consent.Audit.Tests.Logs;

/// <summary>
/// Programs that we did not write, over what a running service serves: the Go one reads checkpoint, entries and tiles from <c>/log/{controller}</c> by itself, the Node one the checkpoint. Both
/// are given the proofs that our library makes of what is served, and some that the service handed out. Also behind someone who alters what is answered.
/// </summary>
public sealed class OutsideProgramsOverHttpTests(OutsidePrograms programs) : IClassFixture<OutsidePrograms>, IDisposable
{
    private const string OutOfRange = "tlog: invalid inputs";
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task BothPrograms_VerifyALogThatIsServed_EveryEntryOfIt_AndRefuseWhatIsAlteredOnTheWay()
    {
        await using var witness = await StandInWitness.StartAsync();
        await using var audit = await AuditWithLogs.StartAsync(_folder, witness.Settings);
        await GrowAsync(audit, witness, 0, 290);
        var older = await audit.TextAsync("/log/tuinhuis/checkpoint");
        await GrowAsync(audit, witness, 290, 320);
        var newest = await audit.TextAsync("/log/tuinhuis/checkpoint");
        var (olderSize, size) = (SizeOf(older), SizeOf(newest));
        var log = new Uri(audit.Address, "/log/tuinhuis/");
        var keys = await audit.KeysAsync();
        string[] trusted = [.. keys.Select(key => key.ToString()), witness.Key.ToString()];

        var all = await TaskAsync("as it is served", log, trusted, Enumerable.Range(0, (int)size).Select(i => (long)i), [older, newest]);
        var handedOut = new List<HandedEntry>();
        foreach (var choice in (int[])[0, 3, 255, 256, 319])
        {
            var proof = await audit.ProofAsync($"choice-{choice}");
            handedOut.Add(new HandedEntry((long)proof["index"]!, (string)proof["entry"]!, Text(InclusionProofNote.Parse((string)proof["proof"]!).Proof)));
        }

        all = all with { Inclusion = [.. all.Inclusion, .. handedOut] };
        var (go, node) = (await programs.GoAsync(all), await programs.NodeAsync(all));
        Assert.Equal((3 + (2 * all.Inclusion.Count) + (2 * 2), keys.Count * all.Inclusion.Count), (go.Length, node.Length));
        Assert.All(go.Concat(node), line => Assert.StartsWith("ok ", line, StringComparison.Ordinal));

        using var foreign = new EcdsaNoteSigner(keys[0].Name, ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var forged = Encoding.UTF8.GetBytes(SignedNote.Sign(SignedNote.Parse(newest).Text, foreign).ToString());
        await using var withForeignKey = await AlteringProxy.StartAsync(log, (path, bytes) => path == "checkpoint" ? forged : bytes);
        await using var edited = await AlteringProxy.StartAsync(log, (path, bytes) => path == "tile/entries/000" ? Edited(bytes!, 5) : bytes);
        await using var shrunk = await AlteringProxy.StartAsync(log, (path, bytes) =>
            path == "checkpoint" ? Encoding.UTF8.GetBytes(older) : TileAddress.TryParse(path, out var address) && address.IsWithin(olderSize) ? bytes : null);
        var ofForeign = await TaskAsync("foreign key", withForeignKey.Url, trusted, [5], []);
        var ofEdited = await TaskAsync("edited entry", edited.Url, trusted, [4, 5], [older]);
        var ofShrunk = await TaskAsync("shrunk log", shrunk.Url, trusted, [5], [newest]);
        // What somebody kept of the part that is gone.
        ofShrunk = ofShrunk with { Inclusion = [.. ofShrunk.Inclusion, all.Inclusion[(int)size - 1] with { Proof = [] }] };
        LogTask[] altered =
        [
            ofForeign with { GoRefuses = Table(("checkpoint", "note has no verifiable signatures")), NodeRefuses = OfNode(keys, 5, "invalid checkpoint signature") },
            ofEdited with
            {
                GoRefuses = Table(("entries", "their root is"), ("inclusion 5", "invalid transparency proof"), ("inclusion 5 by tiles", "invalid transparency proof")),
                NodeRefuses = OfNode(keys, 5, "calculated root hash does not match inclusion proof"),
            },
            ofShrunk with
            {
                GoRefuses = Table(
                    ($"consistency {size}", OutOfRange), ($"consistency {size} by tiles", OutOfRange), ($"inclusion {size - 1}", OutOfRange), ($"inclusion {size - 1} by tiles", OutOfRange)),
                NodeRefuses = OfNode(keys, size - 1, "invalid index"),
            },
        ];
        await programs.GoAsync(altered);
        await programs.NodeAsync(altered);
    }

    /// <summary>Given the lines of <c>keys</c> as they are served, of which those that ended are comments: what is believed are the keys in force.</summary>
    [Fact]
    public async Task BothPrograms_ReadAListOfKeysSomeOfWhichHaveEnded()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Choice("old"));
        await audit.RoundAsync();
        var (log, first, before) = (new Uri(audit.Address, "/log/tuinhuis/"), await LinesAsync(audit), await audit.TextAsync("/log/tuinhuis/checkpoint"));
        var keys = new NoteKeyFolder(Path.Combine(audit.Data, "keys", "audit"), "log-tuinhuis");
        foreach (var algorithm in NoteKeyFolder.Algorithms) keys.Make(algorithm, 2, "localhost/log/tuinhuis");
        await audit.RoundAsync();
        await audit.HearAsync(Samples.Choice("new"));
        await audit.RoundAsync();
        var lines = await LinesAsync(audit);
        Assert.Equal((first.Length, first.Length), (lines.Count(line => line[0] != '#'), lines.Count(line => line.StartsWith("# until ", StringComparison.Ordinal))));

        var task = await TaskAsync("after a rotation", log, lines, [0, 3], []);
        var (go, node) = (await programs.GoAsync(task), await programs.NodeAsync(task));
        Assert.Equal((3 + (2 * 2), 2 * first.Length), (go.Length, node.Length));
        Assert.All(go.Concat(node), line => Assert.StartsWith("ok ", line, StringComparison.Ordinal));

        // What the first keys signed before is none of theirs.
        await using var earlier = await AlteringProxy.StartAsync(log, (path, bytes) => path == "checkpoint" ? Encoding.UTF8.GetBytes(before) : bytes);
        var refused = await TaskAsync("by keys that ended", earlier.Url, lines, [], []);
        await programs.GoAsync(refused with { GoRefuses = Table(("checkpoint", "note has no verifiable signatures")) });
    }

    private static async Task<string[]> LinesAsync(AuditWithLogs audit) => (await audit.TextAsync("/log/tuinhuis/keys")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task GrowAsync(AuditWithLogs audit, StandInWitness witness, int from, int to)
    {
        await Task.WhenAll(Enumerable.Range(from, to - from).Select(i => audit.HearAsync(Samples.Choice($"choice-{i}"))));
        await audit.RoundAsync();
        witness.Trust(await audit.KeysAsync());
        await audit.AskWitnessesAsync();
    }

    private async Task<LogTask> TaskAsync(string name, Uri log, string[] trusted, IEnumerable<long> indexes, string[] seen)
    {
        var checkpoint = Checkpoint.Parse(SignedNote.Parse(await _http.GetStringAsync(new Uri(log, "checkpoint"))).Text);
        var (tiles, inclusion, consistency) = (new TileReader(new OverHttp(_http, log)), new List<HandedEntry>(), new List<SeenCheckpoint>());
        foreach (var index in indexes)
        {
            var entry = (await tiles.EntryAsync(index, checkpoint.Size)).ToArray();
            inclusion.Add(new HandedEntry(index, Convert.ToBase64String(entry), Text(await tiles.InclusionAsync(index, checkpoint.Size))));
        }

        foreach (var note in seen)
        {
            var proof = SizeOf(note) <= checkpoint.Size ? await tiles.ConsistencyAsync(SizeOf(note), checkpoint.Size) : [];
            consistency.Add(new SeenCheckpoint(note, Text(proof)));
        }

        return new LogTask(name, log.ToString().TrimEnd('/'), checkpoint.Origin, trusted) { Inclusion = inclusion, Consistency = consistency };
    }

    private static long SizeOf(string note) => Checkpoint.Parse(SignedNote.Parse(note).Text).Size;

    private static string[] Text(IEnumerable<NodeHash> proof) => [.. proof.Select(hash => hash.ToString())];

    private static byte[] Edited(byte[] bundle, int index)
    {
        List<ReadOnlyMemory<byte>> entries = [.. EntryBundle.Read(bundle)];
        entries[index] = new ReadOnlyMemory<byte>([.. entries[index].ToArray(), (byte)' ']);
        return EntryBundle.Write(entries);
    }

    private static Dictionary<string, string> OfNode(IEnumerable<NoteVerifierKey> keys, long index, string why) =>
        Table([.. keys.Select(key => ($"inclusion {index} by {(key.Type == NoteKeyType.Ecdsa ? "ECDSA" : "Ed25519")}", why))]);

    private static Dictionary<string, string> Table(params (string Check, string Why)[] refused) => refused.ToDictionary(r => r.Check, r => r.Why, StringComparer.Ordinal);

    private sealed class OverHttp(HttpClient http, Uri log) : ILogReader
    {
        public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
        {
            using var answer = await http.GetAsync(new Uri(log, path), cancel);
            return answer.IsSuccessStatusCode ? new ReadOnlyMemory<byte>(await answer.Content.ReadAsByteArrayAsync(cancel)) : (ReadOnlyMemory<byte>?)null;
        }
    }
}
