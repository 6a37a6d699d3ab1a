namespace Consent.Storage;

/// <summary>The tables of a log on SQLite, step by step. A step that was released never changes.</summary>
internal static class LogSchema
{
    public const int First = 2;

    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE log (epoch INTEGER NOT NULL, floor INTEGER NOT NULL) STRICT;
        INSERT INTO log VALUES (1, 0);
        CREATE TABLE record (
            position INTEGER PRIMARY KEY,
            stream BLOB NOT NULL,
            version INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            kind TEXT NOT NULL,
            recorded_at INTEGER NOT NULL,
            slot INTEGER,
            name TEXT,
            request BLOB,
            body BLOB NOT NULL) STRICT;
        CREATE UNIQUE INDEX record_version ON record (stream, version);
        CREATE INDEX record_name ON record (name, version) WHERE name IS NOT NULL
        """,
        """
        CREATE TABLE lease (
            name TEXT PRIMARY KEY,
            holder TEXT NOT NULL,
            fence INTEGER NOT NULL,
            granted_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL) STRICT;
        CREATE TABLE cursor (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
        CREATE TABLE doomed (slot INTEGER PRIMARY KEY) STRICT
        """,
        // Version 2: keys of persons lie under those of controllers. A release from before would write some in clear among them, and refuses by this. Slots: see LogWriter.
        """
        CREATE TABLE keys_layout (version INTEGER NOT NULL, slots INTEGER NOT NULL) STRICT;
        INSERT INTO keys_layout SELECT 2, 1 + coalesce(max(slot), -1) FROM (SELECT slot FROM record ORDER BY position DESC LIMIT 100000)
        """,
    ];
}
