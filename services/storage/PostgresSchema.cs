using Npgsql;

namespace Consent.Storage;

/// <summary>
/// The tables of a log on PostgreSQL, step by step, and how a database is brought up to date: forward only, each step in a
/// transaction, by one process at a time. A step of the log only adds: the release before goes on reading and writing while it runs and after.
/// Not so the keys: whoever does not know under what a key lies takes the bytes in its slot for the key itself, and would seal records that nobody opens again. So the third
/// step takes the table away from the releases before, whose statements fail from then on. A step that was released never changes. <c>{0}</c> is the schema, named like the service.
/// </summary>
internal static class PostgresSchema
{
    private const long LockOfTheSteps = 0x636F6E73656E74;

    /// <summary>The step of the keys that takes their table away from the releases before, and that table as their statements name it.</summary>
    private const int TakesAway = 3;
    private const string TakenAway = "subject_key";

    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE {0}.log (one boolean PRIMARY KEY DEFAULT true CHECK (one), epoch integer NOT NULL, position bigint NOT NULL);
        INSERT INTO {0}.log (epoch, position) VALUES (1, 0);
        CREATE TABLE {0}.record (
            position bigint PRIMARY KEY,
            stream bytea NOT NULL,
            version bigint NOT NULL,
            epoch integer NOT NULL,
            kind text NOT NULL,
            recorded_at bigint NOT NULL,
            slot bigint,
            name text COLLATE "C",
            request bytea,
            body bytea NOT NULL,
            UNIQUE (stream, version));
        CREATE INDEX record_name ON {0}.record (name, version) WHERE name IS NOT NULL;
        """,
        """
        CREATE TABLE {0}.lease (name text PRIMARY KEY, holder text NOT NULL, fence bigint NOT NULL, granted_at bigint NOT NULL, expires_at bigint NOT NULL);
        CREATE TABLE {0}.cursor (name text PRIMARY KEY, position bigint NOT NULL);
        CREATE TABLE {0}.doomed (slot bigint PRIMARY KEY);
        CREATE FUNCTION {0}.store_clock() RETURNS bigint LANGUAGE sql VOLATILE
            AS 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint';
        """,
        "ALTER TABLE {0}.log ADD COLUMN secret bytea;",
    ];

    public static IReadOnlyList<string> KeySteps { get; } =
    [
        """
        CREATE TABLE {0}.subject_key (slot bigint PRIMARY KEY, key bytea);
        CREATE SEQUENCE {0}.subject_block;
        """,
        // 0 is no controller's: so lies what was written before there were keys of controllers. Of each, no slot lies under an older version than the one noted.
        """
        ALTER TABLE {0}.subject_key ADD COLUMN controller integer NOT NULL DEFAULT 0, ADD COLUMN version integer NOT NULL DEFAULT 0;
        CREATE TABLE {0}.controller_key (controller integer PRIMARY KEY, version integer NOT NULL);
        INSERT INTO {0}.controller_key SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM {0}.subject_key);
        """,
        """
        ALTER TABLE {0}.subject_key RENAME TO person_key;
        CREATE TABLE {0}.controller_key_used (controller integer NOT NULL, version integer NOT NULL, PRIMARY KEY (controller, version));
        INSERT INTO {0}.controller_key_used SELECT controller, version FROM {0}.controller_key WHERE controller <> 0;
        """,
    ];

    /// <summary>Throws <see cref="NewerSchemaException"/> on a database of a later version.</summary>
    public static void BringUpToDate(NpgsqlDataSource source, string schema, string of, IReadOnlyList<string> steps)
    {
        using var connection = source.OpenConnection();
        using var transaction = connection.BeginTransaction();
        // Who comes meanwhile waits until it is done; but a step waits for a table no longer than others can wait behind it.
        Run(connection, "SET LOCAL lock_timeout = '5min'");
        Run(connection, $"SELECT pg_advisory_xact_lock({LockOfTheSteps})");
        Run(connection, "SET LOCAL lock_timeout = '8s'");
        Run(connection, $"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE TABLE IF NOT EXISTS {schema}.schema_version (of text PRIMARY KEY, version integer NOT NULL)");
        var found = VersionOf(connection, schema, of);
        if (found > steps.Count)
            throw new NewerSchemaException($"The schema {schema} has version {found} and this release knows up to {steps.Count}. Run the release that wrote it, or a later one.");
        foreach (var step in steps.Skip(found)) Run(connection, step.Replace("{0}", schema, StringComparison.Ordinal));
        Run(connection, $"INSERT INTO {schema}.schema_version VALUES ('{of}', {steps.Count}) ON CONFLICT (of) DO UPDATE SET version = excluded.version");
        transaction.Commit();
    }

    /// <summary>
    /// Throws <see cref="OlderReleaseRunsException"/> when a step of the keys is still to come that takes their table away, and a connection is there that has used it: that of a
    /// replica of a release before, which could read and write no key from then on. One that was idle for minutes has none, and is not noticed.
    /// </summary>
    public static void RequireNoOlderRelease(NpgsqlDataSource source, string schema)
    {
        using var connection = source.OpenConnection();
        using var has = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection) { Parameters = { new() { Value = $"{schema}.schema_version" } } };
        if (has.ExecuteScalar() is not true || VersionOf(connection, schema, "keys") is 0 or >= TakesAway) return;
        using var running = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND strpos(query, $1) > 0", connection)
        {
            Parameters = { new() { Value = $"{schema}.{TakenAway}" } },
        };
        if (running.ExecuteScalar() is not > 0L) return;
        throw new OlderReleaseRunsException(
            $"replicas of a release from before controllers' keys are at work on the schema {schema}, and could read none of them any more; stop every replica of it, then run this again.");
    }

    private static int VersionOf(NpgsqlConnection connection, string schema, string of)
    {
        using var read = new NpgsqlCommand($"SELECT version FROM {schema}.schema_version WHERE of = $1", connection) { Parameters = { new() { Value = of } } };
        return read.ExecuteScalar() is int version ? version : 0;
    }

    /// <summary>A step over a large table takes as long as it takes.</summary>
    private static void Run(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }
}

/// <summary>A step would break replicas that run. The message is one sentence for the operator.</summary>
public sealed class OlderReleaseRunsException(string message) : Exception(message);
