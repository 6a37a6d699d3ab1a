namespace Consent.Storage;

/// <summary>The ledger's tables. Open rows are few and move; closed rows are many and stay, about 60 bytes each with the index.</summary>
internal static class LedgerSchema
{
    public const string Create = """
        CREATE TABLE relay (cursor INTEGER NOT NULL, opened INTEGER NOT NULL) STRICT;
        INSERT INTO relay VALUES (0, 0);
        CREATE TABLE subscriber (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            kinds TEXT NOT NULL,
            every_version INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            earlier INTEGER NOT NULL,
            joined INTEGER NOT NULL) STRICT;
        CREATE TABLE open (
            subscriber INTEGER NOT NULL,
            stream INTEGER NOT NULL,
            position INTEGER NOT NULL,
            opened_at INTEGER NOT NULL,
            due_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            PRIMARY KEY (subscriber, stream, position)) STRICT, WITHOUT ROWID;
        CREATE INDEX open_due ON open (subscriber, due_at);
        CREATE TABLE closed (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            position INTEGER NOT NULL,
            subscriber INTEGER NOT NULL,
            opened_at INTEGER NOT NULL,
            applied_at INTEGER NOT NULL,
            closed_at INTEGER NOT NULL,
            superseded_by INTEGER) STRICT;
        CREATE UNIQUE INDEX closed_delivery ON closed (position, subscriber)
        """;

    public static Subscriber Subscriber(Row row) => new(
        row.Int64(0), row.Text(1), Kinds(row.Text(2)), row.Bool(3), row.Int64(4), row.Int64(5));

    /// <summary>Kinds are kebab-case words, kept in one text.</summary>
    public static IReadOnlyList<string> Kinds(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
