using Consent.Contracts;
using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>
/// A receipt as it lies in the log: about a fifth of its JSON. What the log says itself (id, site, subject, epoch, version, time)
/// is not said twice. Hashes are held once and pointed to; times are counted from the recording. The first byte names the format:
/// what was written is read for ever, so a format never changes, it is followed by another.
/// </summary>
internal static class ReceiptBytes
{
    private const int Format = 1;

    public static byte[] Write(Receipt receipt)
    {
        var writer = new CompactWriter(stackalloc byte[512]);
        var from = receipt.RecordedAt.ToUnixTimeMilliseconds();
        var hashes = Hashes(receipt);
        writer.Number(Format);
        writer.Text(receipt.Controller);
        writer.Number(hashes.Count);
        foreach (var hash in hashes) writer.Text(hash);
        writer.Number(hashes.IndexOf(receipt.Declaration ?? ""));
        writer.Number(receipt.DeclarationVersion ?? -1);
        writer.Text(receipt.Language);
        writer.Text(receipt.Action);
        writer.Text(receipt.Source);
        Moment(ref writer, receipt.ClaimedAt, from);
        writer.Text(receipt.Previous);
        writer.Text(receipt.CausedBy);
        writer.Number(receipt.Gpc switch { null => 0, false => 1, true => 2 });
        Texts(ref writer, receipt.Collection is { } c ? [c.Build, c.Layout, c.Element] : null);
        Texts(ref writer, receipt.ActedBy is { } a ? [a.Client, a.Person, a.Capacity] : null);
        Texts(ref writer, receipt.ParentalAuthorisation is { } p ? [p.Method, p.Reference] : null);
        if (receipt.ParentalAuthorisation is { AuthorisedAt: var authorised }) Moment(ref writer, authorised, from);
        Texts(ref writer, receipt.Imported is { } m ? [m.System, m.Reference, m.Evidence] : null);
        writer.Number(receipt.Purposes.Count);
        foreach (var (id, decision) in receipt.Purposes)
        {
            writer.Text(id);
            writer.Number((int)decision.Status);
            writer.Number(decision.DecidedAt.ToUnixTimeMilliseconds() - from);
            writer.Number(decision.DecidedIn);
            Moment(ref writer, decision.ValidUntil, from);
            writer.Number(hashes.IndexOf(decision.Declaration ?? ""));
            writer.Text(decision.Meaning);
            Moment(ref writer, decision.TakenAt, from);
        }

        Texts(ref writer, [.. receipt.Changed]);
        writer.Number(receipt.Dropped.Count);
        foreach (var (purpose, reason) in receipt.Dropped)
        {
            writer.Text(purpose);
            writer.Text(reason);
        }

        return writer.Written.ToArray();
    }

    /// <summary>The receipt of a record of the kind <see cref="DecisionRecorder.Kind"/>.</summary>
    public static Receipt Read(LogRecord record)
    {
        var reader = new CompactReader(record.Payload.Span);
        var format = reader.Number();
        if (format != Format) throw new InvalidDataException($"A receipt is written in format {format}; this version reads {Format}.");
        var place = record.Stream.Split('/');
        var from = record.RecordedAt.ToUnixTimeMilliseconds();
        var controller = reader.Text()!;
        var hashes = new string[reader.Number()];
        for (var i = 0; i < hashes.Length; i++) hashes[i] = reader.Text()!;
        return new Receipt
        {
            Id = record.Id,
            Site = place[1],
            SubjectId = place[2],
            Epoch = record.Epoch,
            Version = record.Version,
            RecordedAt = record.RecordedAt,
            Controller = controller,
            Declaration = Hash(hashes, reader.Number()),
            DeclarationVersion = reader.Number() is >= 0 and var version ? (int)version : null,
            Language = reader.Text(),
            Action = reader.Text(),
            Source = reader.Text(),
            ClaimedAt = Moment(ref reader, from),
            Previous = reader.Text(),
            CausedBy = reader.Text(),
            Gpc = reader.Number() switch { 0 => null, 1 => false, _ => true },
            Collection = Texts(ref reader) is { } c ? new Collection(c[0], c[1], c[2]) : null,
            ActedBy = Texts(ref reader) is { } a ? new Actor(a[0]!, a[1], a[2]!) : null,
            ParentalAuthorisation = Texts(ref reader) is { } p
                ? new ParentalAuthorisation(p[0]!, p[1], Moment(ref reader, from))
                : null,
            Imported = Texts(ref reader) is { } m ? new Imported(m[0]!, m[1]!, m[2]) : null,
            Purposes = Purposes(ref reader, hashes, from),
            Changed = Texts(ref reader)!,
            Dropped = Dropped(ref reader),
        };
    }

    private static Dictionary<string, PurposeDecision> Purposes(ref CompactReader reader, string[] hashes, long from)
    {
        var count = (int)reader.Number();
        var purposes = new Dictionary<string, PurposeDecision>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            purposes[reader.Text()!] = new PurposeDecision(
                (Decision)reader.Number(), At(reader.Number() + from), reader.Number(), Moment(ref reader, from), Hash(hashes, reader.Number()), reader.Text(),
                Moment(ref reader, from));
        }

        return purposes;
    }

    private static DroppedDecision[] Dropped(ref CompactReader reader)
    {
        var dropped = new DroppedDecision[reader.Number()];
        for (var i = 0; i < dropped.Length; i++) dropped[i] = new DroppedDecision(reader.Text()!, reader.Text()!);
        return dropped;
    }

    private static List<string> Hashes(Receipt receipt)
    {
        var hashes = new List<string>(1);
        if (receipt.Declaration is { } shown) hashes.Add(shown);
        foreach (var decision in receipt.Purposes.Values)
            if (decision.Declaration is { } hash && !hashes.Contains(hash)) hashes.Add(hash);
        return hashes;
    }

    private static string? Hash(string[] hashes, long index) => index < 0 ? null : hashes[index];

    private static void Texts(ref CompactWriter writer, string?[]? texts)
    {
        writer.Number(texts?.Length ?? -1);
        foreach (var text in texts ?? []) writer.Text(text);
    }

    private static string?[]? Texts(ref CompactReader reader)
    {
        var count = reader.Number();
        if (count < 0) return null;
        var texts = new string?[count];
        for (var i = 0; i < count; i++) texts[i] = reader.Text();
        return texts;
    }

    // A difference of zero is written as one, so that zero is free for "none".
    private static void Moment(ref CompactWriter writer, DateTimeOffset? moment, long from)
    {
        var difference = (moment?.ToUnixTimeMilliseconds() ?? 0) - from;
        writer.Number(moment is null ? 0 : difference >= 0 ? difference + 1 : difference);
    }

    private static DateTimeOffset? Moment(ref CompactReader reader, long from) =>
        reader.Number() switch { 0 => null, > 0 and var later => At(from + later - 1), var earlier => At(from + earlier) };

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
