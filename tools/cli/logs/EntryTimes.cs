using System.Text;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>Sees the entries of a log in their order, and keeps the first that is none or whose time goes back, and the keys that are announced. Not for several threads at once.</summary>
internal sealed class EntryTimes
{
    /// <summary>Bytes of a time.</summary>
    public const int Length = 20;
    private readonly byte[] _newest = new byte[Length];
    private readonly List<AnnouncedKey> _announced = [];

    /// <param name="newest">Of the entries before; empty when there are none.</param>
    public EntryTimes(string newest) => Encoding.ASCII.GetBytes(newest).CopyTo(_newest, 0);

    /// <summary>Of the last entry that was one; empty before the first.</summary>
    public string Newest => Encoding.ASCII.GetString(_newest).TrimEnd('\0');

    /// <summary>Null while all is well. To be told after it is known that the entries are those that were signed.</summary>
    public LogFaultException? Fault { get; private set; }

    /// <summary>To be believed after it is known that the entries are those that were signed.</summary>
    public IReadOnlyList<AnnouncedKey> Announced => _announced;

    public void Take(long index, ReadOnlySpan<byte> entry)
    {
        if (!EntryParts.TryRead(entry, out var parts))
        {
            Fault ??= new LogFaultException(LogFault.Form, $"Entry {index} is not what a log of Consent holds.");
            return;
        }

        if (Fault is null && parts.At.SequenceCompareTo(_newest) < 0)
            Fault = new LogFaultException(LogFault.Time, $"Time goes back in the log: entry {index} is of {Encoding.ASCII.GetString(parts.At)}, the one before it of {Newest}.");
        parts.At.CopyTo(_newest);
        if (parts.IsKey) Announce(index, Encoding.UTF8.GetString(parts.Value));
    }

    private void Announce(long index, string key)
    {
        try
        {
            _announced.Add(new AnnouncedKey(index, NoteVerifierKey.Parse(key).ToString()));
        }
        catch (FormatException)
        {
            // What is no key, or one of a kind that is not known here, ends none that is.
        }
    }
}
