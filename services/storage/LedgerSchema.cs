namespace Consent.Storage;

/// <summary>The ledger's tables on SQLite, step by step, and on PostgreSQL. A step that was released never changes.</summary>
internal static class LedgerSchema
{
    public static IReadOnlyList<string> Sqlite { get; } =
    [
        """
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
        """,
        // What is open is what is not closed: no rows of its own. The relay's cursor lies in the log, under its lease.
        """
        CREATE TABLE applied (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            subscriber INTEGER NOT NULL,
            position INTEGER NOT NULL,
            closed_at INTEGER NOT NULL,
            sooner INTEGER NOT NULL) STRICT;
        INSERT INTO applied SELECT sequence, subscriber, position, closed_at, closed_at - applied_at FROM closed WHERE superseded_by IS NULL ORDER BY sequence;
        CREATE UNIQUE INDEX applied_delivery ON applied (subscriber, position);
        ALTER TABLE subscriber ADD COLUMN purposes TEXT;
        ALTER TABLE subscriber ADD COLUMN loaded INTEGER;
        ALTER TABLE subscriber ADD COLUMN retired_at INTEGER;
        ALTER TABLE subscriber ADD COLUMN retired_because TEXT;
        ALTER TABLE subscriber ADD COLUMN frontier INTEGER NOT NULL DEFAULT 0;
        UPDATE subscriber SET frontier = coalesce((SELECT min(position) - 1 FROM open WHERE subscriber = number), (SELECT cursor FROM relay));
        ALTER TABLE subscriber DROP COLUMN earlier;
        DROP TABLE open;
        DROP TABLE closed;
        DROP TABLE relay
        """,
    ];

    /// <summary>
    /// One row gives out the sequence, and its lock is held to the commit, so that no reader passes a row that is still to come. It ascends
    /// with the place of a row in the table: a BRIN index of a few pages finds it. A delivery is the subscriber's number and the position in
    /// one number (<see cref="PostgresLedgerStore.DeliveryOf"/>), because an index of two columns takes half as much again.
    /// </summary>
    public static IReadOnlyList<string> Postgres { get; } =
    [
        """
        CREATE TABLE {0}.ledger (one boolean PRIMARY KEY DEFAULT true CHECK (one), sequence bigint NOT NULL);
        INSERT INTO {0}.ledger (sequence) VALUES (0);
        CREATE TABLE {0}.subscriber (
            number smallint PRIMARY KEY CHECK (number < 512),
            name text NOT NULL UNIQUE,
            kinds text NOT NULL,
            purposes text,
            every_version boolean NOT NULL,
            last_seen bigint NOT NULL,
            loaded boolean,
            joined bigint NOT NULL,
            frontier bigint NOT NULL,
            retired_at bigint,
            retired_because text);
        CREATE TABLE {0}.applied (sequence bigint NOT NULL, delivery bigint NOT NULL, closed_at bigint NOT NULL, sooner integer NOT NULL);
        CREATE INDEX applied_sequence ON {0}.applied USING brin (sequence) WITH (pages_per_range = 32, autosummarize = on);
        CREATE UNIQUE INDEX applied_delivery ON {0}.applied (delivery);
        """,
    ];
}
