using System.Text.Json;
using Consent.Storage;

namespace Consent.Audit.Timelines;

/// <summary>Where the note of a look, a sign-in or a sign-out stands in audit's log.</summary>
/// <param name="Site">Null for a sign-in that opened whole controllers.</param>
internal sealed record IndexedLook(long Position, string? Site, string? Controller, DateTimeOffset At)
{
    /// <summary>Null for any other record.</summary>
    public static IndexedLook? Of(LogRecord record) => record.Kind == AccessNotes.Kind && AccessNotes.IsStream(record.Stream) && record.Read<AccessNotes.Look>() is var look
        ? new IndexedLook(record.Position, look.Site, look.Controller, look.At)
        : null;
}

/// <summary>The auditors' own looks, by site and moment. They are followed with the receipts, because reading the feed once more would cost more than their rows.</summary>
internal sealed partial class ReceiptIndex
{
    private const string LookTable = """
        CREATE TABLE IF NOT EXISTS look (position INTEGER PRIMARY KEY, place INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS look_place ON look (place, position)
        """;

    /// <summary>Up to <paramref name="limit"/> positions from a place on, in its direction.</summary>
    /// <param name="isOpen">Whether looks at this site and controller are wanted; each may be empty.</param>
    public IReadOnlyList<long> Looks(DateTimeOffset? from, DateTimeOffset? until, Func<string, string, bool> isOpen, ListPlace place, int limit)
    {
        var (first, last) = place.IsDown ? (0L, place.From == 0 ? long.MaxValue : place.From - 1) : (place.From == long.MaxValue ? place.From : place.From + 1, long.MaxValue);
        lock (Gate)
        {
            var places = _names.Where(n => n.Key.Split('\n') is ["l", var site, var controller] && isOpen(site, controller)).Select(n => n.Value).ToList();
            return List(
                $"""
                SELECT position FROM look
                WHERE position >= $1 AND position <= $2 AND place IN (SELECT value FROM json_each($3)) AND ($4 IS NULL OR at >= $4) AND ($5 IS NULL OR at < $5)
                ORDER BY position {(place.IsDown ? "DESC" : "ASC")} LIMIT $6
                """,
                r => r.GetInt64(0), first, last, JsonSerializer.Serialize(places), from?.ToUnixTimeMilliseconds(), until?.ToUnixTimeMilliseconds(), limit);
        }
    }

    private void Add(IReadOnlyList<IndexedLook> looks, List<string> named)
    {
        using var row = Command("INSERT OR REPLACE INTO look VALUES ($1, $2, $3)");
        foreach (var look in looks) Execute(row, look.Position, NameFor($"l\n{look.Site}\n{look.Controller}", named), look.At.ToUnixTimeMilliseconds());
    }
}
