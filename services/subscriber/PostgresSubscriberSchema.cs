namespace Consent.Subscriber;

/// <summary>
/// The tables of a subscriber on PostgreSQL, in the schema that is named like the service, beside those of its log, or of what it keeps besides, where it has one.
/// </summary>
/// <remarks>
/// Whatever is written to a row gets the next place, and a row that is deleted leaves its name under one: so replicas learn from each other what changed. Places are
/// given under the lock of the writer, so that none appears behind one that was read.
/// </remarks>
internal static class PostgresSubscriberSchema
{
    public static PostgresSteps Steps { get; } = new("subscriber",
    [
        """
        CREATE SEQUENCE {0}.place;
        CREATE TABLE {0}.declarations (
            site text COLLATE "C" NOT NULL, version integer NOT NULL, hash text NOT NULL, body bytea NOT NULL, digest text, seq bigint NOT NULL,
            PRIMARY KEY (site, version, hash));
        CREATE TABLE {0}.receipts (
            site text COLLATE "C" NOT NULL, subject text COLLATE "C" NOT NULL, epoch integer NOT NULL, version bigint NOT NULL, body bytea NOT NULL,
            stream text COLLATE "C", digest text, seq bigint NOT NULL,
            PRIMARY KEY (site, subject));
        CREATE INDEX receipts_stream ON {0}.receipts (stream);
        CREATE INDEX receipts_seq ON {0}.receipts (seq);
        CREATE TABLE {0}.tombstones (
            stream text COLLATE "C" PRIMARY KEY, epoch integer NOT NULL, version bigint NOT NULL, written text, erased_at bigint, reason integer, seq bigint NOT NULL);
        CREATE TABLE {0}.loading (
            one boolean PRIMARY KEY DEFAULT true CHECK (one), wishes text NOT NULL, after text NOT NULL, is_walking boolean NOT NULL, is_loaded boolean NOT NULL);
        INSERT INTO {0}.loading (wishes, after, is_walking, is_loaded) VALUES ('', '', true, false);
        CREATE TABLE {0}.awaited (site text PRIMARY KEY);
        CREATE TABLE {0}.gone (seq bigint PRIMARY KEY, site text NOT NULL, subject text NOT NULL, since timestamptz NOT NULL DEFAULT clock_timestamp());
        CREATE TABLE {0}.horizon (one boolean PRIMARY KEY DEFAULT true CHECK (one), seq bigint NOT NULL);
        INSERT INTO {0}.horizon (seq) VALUES (0);
        CREATE TABLE {0}.turns (name text PRIMARY KEY, holder text NOT NULL, granted_at timestamptz NOT NULL, expires_at timestamptz NOT NULL);
        CREATE TABLE {0}.letters (question text PRIMARY KEY, body bytea NOT NULL, since timestamptz NOT NULL DEFAULT clock_timestamp());
        CREATE FUNCTION {0}.take_place() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.seq := nextval(''{0}.place''); RETURN NEW; END';
        CREATE FUNCTION {0}.leave_name() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN INSERT INTO {0}.gone (seq, site, subject) VALUES (nextval(''{0}.place''), OLD.site, OLD.subject); RETURN OLD; END';
        CREATE TRIGGER place BEFORE INSERT OR UPDATE ON {0}.declarations FOR EACH ROW EXECUTE FUNCTION {0}.take_place();
        CREATE TRIGGER place BEFORE INSERT OR UPDATE ON {0}.receipts FOR EACH ROW EXECUTE FUNCTION {0}.take_place();
        CREATE TRIGGER place BEFORE INSERT OR UPDATE ON {0}.tombstones FOR EACH ROW EXECUTE FUNCTION {0}.take_place();
        CREATE TRIGGER name AFTER DELETE ON {0}.receipts FOR EACH ROW EXECUTE FUNCTION {0}.leave_name();
        """,
        // What a comparison sweeps, in the words in which it asks for it (SubscriberWriter.Sweep); and who has what is loaded held, see AgreedWishes.
        """
        CREATE INDEX receipts_foreign ON {0}.receipts (seq) WHERE length(stream) <> 20 OR stream ~ '[^0-9a-f]' OR epoch < 0;
        CREATE INDEX tombstones_foreign ON {0}.tombstones (stream)
            WHERE written IS DISTINCT FROM stream || ' ' || CAST(epoch AS TEXT) || ' ' || CAST(version AS TEXT);
        INSERT INTO {0}.turns (name, holder, granted_at, expires_at) VALUES ('wishes', '', clock_timestamp(), clock_timestamp());
        """,
    ]);
}
