using System.Text;
using Consent.Contracts;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>
/// The newest checkpoint of each log that was signed here, in a file <c>{log}.checkpoint</c> outside of the data: so that a log that came back from an old
/// backup is found out before it signs something else for the sizes that it has signed already. Beside it <c>{log}.begun</c>, which is there before the log has a key:
/// where that is missing too, the folder is not the one in which the log began.
/// </summary>
internal sealed class KeptCheckpoints(LogSettings settings)
{
    private const int Largest = 1 << 20;

    /// <summary>Null when there is none. Throws <see cref="FormatException"/> when the file holds no checkpoint.</summary>
    public SignedNote? Read(string log)
    {
        var file = FileOf(log);
        if (!File.Exists(file)) return null;
        if (new FileInfo(file).Length > Largest) throw new FormatException("A checkpoint is no longer than a note may be.");
        return SignedNote.Parse(File.ReadAllBytes(file));
    }

    public bool HasBegun(string log) => File.Exists(MarkerOf(log));

    /// <summary>On the disk when it returns.</summary>
    public void Begin(string log)
    {
        Directory.CreateDirectory(settings.Checkpoints);
        using var marker = new FileStream(MarkerOf(log), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        marker.Flush(flushToDisk: true);
    }

    /// <summary>In the place of the one before; on the disk when it returns.</summary>
    public void Keep(string log, string note)
    {
        Directory.CreateDirectory(settings.Checkpoints);
        var (file, aside) = (FileOf(log), $"{FileOf(log)}.{RandomId.New()}.new");
        try
        {
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(Encoding.UTF8.GetBytes(note));
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, file, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }

        // Once more, so that the name too is on disk: the journal carries both.
        using var named = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        named.Flush(flushToDisk: true);
    }

    private string MarkerOf(string log) => Path.Combine(settings.Checkpoints, $"{log}.begun");

    private string FileOf(string log) => Path.Combine(settings.Checkpoints, $"{log}.checkpoint");
}
