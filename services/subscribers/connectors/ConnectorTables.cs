using Consent.Subscriber;

namespace Consent.Connectors;

/// <summary>The tables of <see cref="ConnectorDb"/> on PostgreSQL, in the schema <c>connectors</c>.</summary>
internal static class ConnectorTables
{
    public static PostgresSteps Steps { get; } = new("connectors",
    [
        """
        CREATE TABLE {0}.connectors (
            id text COLLATE "C" PRIMARY KEY, site text COLLATE "C" NOT NULL, system text NOT NULL, name text, account bytea NOT NULL, stops_without_basis boolean NOT NULL,
            status text NOT NULL, created_at bigint NOT NULL,
            failures integer NOT NULL DEFAULT 0, failing_since bigint, not_before bigint, last_outcome text, last_status integer,
            round text, round_page text, round_began bigint, next_round bigint NOT NULL, since bigint, walked_at bigint, heard_at bigint, walk_asked_at bigint,
            restarts bigint NOT NULL DEFAULT 0);
        CREATE INDEX connectors_site ON {0}.connectors (site);
        CREATE TABLE {0}.contacts (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, connector text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, contact bytea NOT NULL, UNIQUE (connector, key));
        CREATE TABLE {0}.subjects (
            connector text COLLATE "C" NOT NULL, subject text COLLATE "C" NOT NULL, contact bigint NOT NULL, PRIMARY KEY (connector, subject, contact));
        CREATE INDEX subjects_contact ON {0}.subjects (contact);
        CREATE TABLE {0}.states (
            contact bigint NOT NULL, topic text COLLATE "C" NOT NULL, carried text, seen text, written_at bigint, PRIMARY KEY (contact, topic));
        CREATE TABLE {0}.work (
            contact bigint PRIMARY KEY, connector text COLLATE "C" NOT NULL, status text NOT NULL, forget boolean NOT NULL DEFAULT false, queued_at bigint NOT NULL,
            next_at bigint NOT NULL, first_at bigint, attempts integer NOT NULL DEFAULT 0, last_at bigint, last_outcome text, last_status integer);
        CREATE INDEX work_due ON {0}.work (connector, status, next_at);
        CREATE TABLE {0}.inbox (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, connector text COLLATE "C" NOT NULL, body bytea NOT NULL, queued_at bigint NOT NULL, next_at bigint NOT NULL,
            attempts integer NOT NULL DEFAULT 0);
        CREATE INDEX inbox_due ON {0}.inbox (connector, next_at);
        CREATE TABLE {0}.owed (
            connector text COLLATE "C" NOT NULL, record text COLLATE "C" NOT NULL, subject text COLLATE "C" NOT NULL, heard_at bigint NOT NULL, carried_at bigint,
            told integer NOT NULL DEFAULT 0, recorded_at bigint, PRIMARY KEY (connector, record));
        CREATE INDEX owed_open ON {0}.owed (connector, carried_at, heard_at);
        CREATE INDEX owed_told ON {0}.owed (told, carried_at);
        CREATE INDEX owed_subject ON {0}.owed (subject);
        CREATE TABLE {0}.announced (connector text COLLATE "C" PRIMARY KEY, name text NOT NULL);
        """ + Turns.Table,
    ]);
}
