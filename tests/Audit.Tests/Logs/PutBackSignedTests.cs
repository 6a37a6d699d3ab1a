using System.Security.Cryptography;
using System.Text;
using Consent.Audit.Logs;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Audit.Tests.Logs;

/// <summary>A log of which the database lost every batch, put back out of its tiles.</summary>
public sealed class PutBackSignedTests : IDisposable
{
    private const string Origin = "localhost/log/tuinhuis";

    /// <summary>More appends than may come to nothing one after the other.</summary>
    private const int Entries = 150;
    private readonly TemporaryFolder _folder = new();
    private readonly EcdsaNoteSigner _key = new(Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task WhatTakesManyAppends_IsPutBackToItsEnd()
    {
        await using var disk = new AuditOnDisk();
        List<ReadOnlyMemory<byte>> entries = [.. Enumerable.Range(0, Entries).Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"entry {i}"))];
        await LogFolder.Open(_folder.File("tiles"), 0).AppendAsync(entries);
        // Each checkpoint but the newest is one of a succession, and ends a batch.
        var (tree, notes) = (new GrowingTree(), new List<string>());
        foreach (var entry in entries)
        {
            tree.Append(NodeHash.OfEntry(entry.Span));
            notes.Add(SignedNote.Sign(new Checkpoint(Origin, tree.Size, tree.Root).Text, _key).ToString());
        }

        var successions = notes.Take(Entries - 1).Select((note, i) => new Succession(i, note)).ToList();
        var state = new LogState("tuinhuis", Samples.Controller, Entries, Samples.Noon, 0, Entries, notes[^1], [], Entries, successions);
        await new PutBackSigned(disk.Records).RunAsync(
            state, new ServedLog("tuinhuis", Samples.Controller, notes[^1], Entries, new ServedTiles(new FolderReader(_folder.File("tiles")), Entries), []), CancellationToken.None);

        var batches = (await disk.Records.HistoryAsync(LogBatch.PlaceOf("tuinhuis", 0).Stream)).Select(record => record.Read<LogBatch>()).ToList();
        Assert.Equal(entries.Select(entry => Encoding.UTF8.GetString(entry.Span)), batches.SelectMany(batch => batch.Entries).Select(entry => Encoding.UTF8.GetString(entry)));
        Assert.Equal(notes, batches.Select(batch => batch.Checkpoint));
    }
}
