using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>
/// What a monitor knows of a log: the newest checkpoint that it verified, the right edge of the tree that it built itself from all entries up to there, and where in it keys were announced, each
/// of which ends the one before.
/// </summary>
/// <param name="Edge">The hashes of <see cref="GrowingTree.EdgeOf"/>.</param>
/// <param name="At">Time of the newest entry; empty when there is none.</param>
/// <param name="Announced">Null in what was kept before there was such a list: it is filled from the log's successions and new entries.</param>
internal sealed record MonitorState(string Note, IReadOnlyList<byte[]> Edge, string At, IReadOnlyList<AnnouncedKey>? Announced = null)
{
    private const string Newest = "newest.json";

    [JsonIgnore]
    public Checkpoint Checkpoint => Checkpoint.Parse(SignedNote.Parse(Note).Text);

    public GrowingTree Tree() => new(Checkpoint.Size, Edge.Select(hash => NodeHash.Of(hash)));

    /// <summary>Null in an empty folder. Throws <see cref="InvalidDataException"/> with a sentence for one that cannot be gone on with.</summary>
    public static MonitorState? Read(string folder)
    {
        var file = Path.Combine(folder, Newest);
        if (!File.Exists(file)) return null;
        try
        {
            var read = JsonSerializer.Deserialize<MonitorState>(File.ReadAllBytes(file), GatewayClient.Json);
            if (read is { Note: not null, Edge: not null, At: "" or { Length: EntryTimes.Length } } && read.Tree().Root == read.Checkpoint.Root
                && (read.Announced ?? []).All(one => one is { Index: >= 0, Key: { } key } && NoteVerifierKey.Parse(key).ToString() == key))
                return read;
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            // Told below, whatever is wrong with it.
        }

        throw new InvalidDataException(
            $"{file} is not what a monitor kept there. Put it back from a copy, or begin anew with another folder and compare with the checkpoints in this one.");
    }

    /// <summary>On the disk, under its name, whole, when it returns; the checkpoint also by itself, for ever.</summary>
    public void Keep(string folder)
    {
        var checkpoint = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"checkpoint-{Checkpoint.Size}"));
        if (!File.Exists(checkpoint)) Write(checkpoint, System.Text.Encoding.UTF8.GetBytes(Note));
        Write(Path.Combine(folder, Newest), JsonSerializer.SerializeToUtf8Bytes(this, GatewayClient.Json));
    }

    /// <summary>A checkpoint that was signed and is not to be believed: evidence.</summary>
    /// <returns>Its file.</returns>
    public static string KeepRefused(string folder, SignedNote note)
    {
        var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"refused-{Checkpoint.Parse(note.Text).Size}"));
        Write(file, System.Text.Encoding.UTF8.GetBytes(note.ToString()));
        return file;
    }

    private static void Write(string file, byte[] bytes)
    {
        var beside = $"{file}.part";
        using (var part = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            part.Write(bytes);
            part.Flush(flushToDisk: true);
        }

        File.Move(beside, file, overwrite: true);
    }
}
