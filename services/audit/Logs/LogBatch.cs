using System.Globalization;
using System.Text.RegularExpressions;
using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>
/// What one append adds to a log: entries, how far the feed was read for them, and the checkpoint over them, all at once, so that a crash can split
/// nothing and a second writer fails by the version. A log's batches are the log; tiles and index are derived from them.
/// </summary>
/// <param name="First">Index of the first entry, which is the size of the log before.</param>
/// <param name="Through">Position in the feed of audit's record log up to which everything for this controller is in.</param>
/// <param name="Checkpoint">The signed note; null while more of the same round follows.</param>
/// <param name="Told">Commitments of the acknowledgements that the batch's one entry of class <see cref="LogClass.Delivery"/> is the root of; null for none.</param>
internal sealed partial record LogBatch(string Controller, long First, long Through, IReadOnlyList<byte[]> Entries, string? Checkpoint, IReadOnlyList<byte[]>? Told = null)
{
    public const string Kind = "log-batch";
    private const string Prefix = "log/";

    /// <summary>A stream has no more than 2^24 versions, which a busy log would use up within a hundred days.</summary>
    private const int PerStream = 1 << 20;

    /// <param name="number">Of the log's batches, from 0.</param>
    public static (string Stream, long Version) PlaceOf(string log, long number) =>
        (string.Create(CultureInfo.InvariantCulture, $"{Prefix}{log}/{number / PerStream}"), (number % PerStream) + 1);

    public static bool IsStream(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The log that the record is a batch of; null for any other record.</summary>
    public static string? LogIn(LogRecord record) => record.Kind == Kind && IsStream(record.Stream) && record.Stream[Prefix.Length..].Split('/') is [var log, _] ? log : null;

    /// <summary>Whether it can name a log, which is a part of paths and of its keys' names: as controllers' ids are.</summary>
    public static bool IsName(string? controller) => controller is not null && Name().IsMatch(controller);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,99}\z")]
    private static partial Regex Name();
}
