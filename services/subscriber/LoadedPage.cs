using System.Text.Json;
using Consent.Contracts;

namespace Consent.Subscriber;

/// <param name="Changed">Rows that were not what the page says.</param>
/// <param name="Erased">Rows of erased persons that are gone.</param>
/// <param name="Ahead">Rows that are newer than the log, as after the restore of an old backup.</param>
/// <param name="Held">Streams of which what the page says is what is held now; of the others something newer is.</param>
internal sealed record PageOutcome(int Changed, int Erased, int Ahead, IReadOnlySet<string> Held);

/// <summary>
/// A page of what the publisher holds in a range of streams. It says everything about its range: what it does not name is not there any
/// more. A row that nobody tampered with and that is newer than the page keeps its "no"s (<see cref="AheadOfLog"/>).
/// </summary>
internal sealed class LoadedPage(SnapshotPage page, Func<string, bool> concerns)
{
    public IReadOnlyList<ConsentChanged> Receipts { get; } = Of<ConsentChanged>(page);

    public IReadOnlyList<ConsentErased> Tombstones { get; } = Of<ConsentErased>(page);

    public IReadOnlyList<PublishedDeclaration> Declarations { get; } = [.. Of<DeclarationPublished>(page).Select(e => e.Declaration)];

    /// <param name="askedBehind">Where writing was when the question was asked: streams that were written since by themselves, by whichever replica, keep the newer one.</param>
    /// <param name="touchedHere">Those of this process.</param>
    public PageOutcome ApplyTo(SubscriberWriter writer, long askedBehind, IReadOnlySet<string> touchedHere)
    {
        // Before anything of the page is written.
        var touched = touchedHere.Concat(writer.TouchedBehind(askedBehind, page.After, page.Through)).ToHashSet(StringComparer.Ordinal);
        var erased = Tombstones.Sum(writer.Erase);
        var sent = Receipts.Where(e => e.Stream is not null).ToDictionary(e => e.Stream!, e => HeldReceipts.Trimmed(e.Receipt), StringComparer.Ordinal);
        var (changed, ahead) = (0, 0);
        var held = sent.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var row in RowsIn(writer).Where(row => !touched.Contains(row.Stream!)))
        {
            sent.Remove(row.Stream!, out var told);
            if (told is not null && (row.Epoch, row.Version) == (told.Epoch, told.Version) && HeldReceipts.DigestOf(row) == StateDigest.Of(row.Stream!, told)) continue;
            if (told is null || (row.Epoch, row.Version).CompareTo((told.Epoch, told.Version)) > 0)
            {
                var newer = HeldReceipts.IsIntact(row) && concerns(row.Site) ? AheadOfLog.Restrict(HeldReceipts.Read(row)!, told) : null;
                if (newer?.Purposes.Count > 0)
                {
                    ahead++;
                    held.Remove(row.Stream!);
                    if (StateDigest.Of(row.Stream!, newer) == HeldReceipts.DigestOf(row)) continue;
                    told = newer;
                }
            }

            changed++;
            writer.Delete("site = $1 AND subject = $2", row.Site, row.Subject);
            if (told is not null) writer.Keep(told, row.Stream, whatever: true);
        }

        foreach (var (stream, receipt) in sent)
        {
            if (writer.Keep(receipt, stream, whatever: !touched.Contains(stream))) changed++;
            else held.Remove(stream);
        }

        return new PageOutcome(changed, erased, ahead, held);
    }

    private List<HeldReceipt> RowsIn(SubscriberWriter writer) => writer.List(
        "SELECT site, subject, epoch, version, body, stream, digest FROM receipts WHERE stream > $1 AND stream <= $2",
        r => new HeldReceipt(r.GetString(0), r.GetString(1), r.GetInt32(2), r.GetInt64(3), r.GetFieldValue<byte[]>(4), r.GetString(5), r.IsDBNull(6) ? null : r.GetString(6)),
        page.After, page.Through);

    private static List<T> Of<T>(SnapshotPage page) where T : IEvent =>
        [.. page.Events.Where(e => e.Kind == T.Kind).Select(e => e.Body.Deserialize<T>(ContractJson.Options)!)];
}
