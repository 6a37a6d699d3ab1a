using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>What a log does that keeps no promise: the message is a sentence for whoever watches it.</summary>
/// <param name="fault">For programs: one of <see cref="LogFault"/>.</param>
/// <param name="note">The checkpoint at which it was found, signed by a key that is trusted: evidence, where two of them contradict each other.</param>
internal sealed class LogFaultException(string fault, string says, SignedNote? note = null) : Exception(says)
{
    public string Fault { get; } = fault;

    public SignedNote? Note { get; } = note;
}

/// <summary>The kinds of faults, as <c>--json</c> tells them.</summary>
internal static class LogFault
{
    /// <summary>None is there, or what is there is none.</summary>
    public const string Checkpoint = "checkpoint";
    public const string Signature = "signature";

    /// <summary>Only a key signed it that the log had retired before: somebody has that key.</summary>
    public const string Ended = "ended";

    /// <summary>It is the checkpoint of another log.</summary>
    public const string Origin = "origin";
    public const string Shrunk = "shrunk";
    public const string Fork = "fork";

    /// <summary>A tile or a bundle of entries is missing, malformed, or another than the rest of the log makes it.</summary>
    public const string Tiles = "tiles";
    public const string Entries = "entries";

    /// <summary>An entry is older than the one before it.</summary>
    public const string Time = "time";

    /// <summary>An entry is none of a log of Consent.</summary>
    public const string Form = "form";

    /// <summary>What was heard is not in the log.</summary>
    public const string Receipts = "receipts";

    /// <summary>Whether it may be the moment: of copies that are being written, and of servers of which one is behind another by a second. How long one may show less, <c>--behind</c> says.</summary>
    public static bool MayPass(string fault) => fault is Checkpoint or Tiles;
}
