using Npgsql;

namespace Consent.Subscriber;

/// <summary>
/// Tables of a service on PostgreSQL, in the schema that is named like it, beside others of the service; brought up to date step by step, forward only, by one process at a
/// time. A step only adds: the release before goes on beside it. A step that was released never changes. <c>{0}</c> is the schema.
/// </summary>
/// <param name="Of">Among the versions of a schema, of which a log, a ledger, a subscriber and what a service keeps besides have their own.</param>
internal sealed record PostgresSteps(string Of, IReadOnlyList<string> Steps)
{
    /// <summary>That of the logs' steps too, since they may make the same schema at the same time.</summary>
    private const long LockOfTheSteps = 0x636F6E73656E74;

    /// <exception cref="InvalidOperationException">The schema is of a newer release.</exception>
    public void BringUpToDate(NpgsqlDataSource source, string schema)
    {
        using var connection = source.OpenConnection();
        using var transaction = connection.BeginTransaction();
        // Who comes meanwhile waits until it is done; but a step waits for a table no longer than others can wait behind it.
        Run(connection, "SET LOCAL lock_timeout = '5min'");
        Run(connection, $"SELECT pg_advisory_xact_lock({LockOfTheSteps})");
        Run(connection, "SET LOCAL lock_timeout = '8s'");
        Run(connection, $"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE TABLE IF NOT EXISTS {schema}.schema_version (of text PRIMARY KEY, version integer NOT NULL)");
        using var read = new NpgsqlCommand($"SELECT version FROM {schema}.schema_version WHERE of = $1", connection) { Parameters = { new() { Value = Of } } };
        var found = read.ExecuteScalar() is int version ? version : 0;
        if (found > Steps.Count)
            throw new InvalidOperationException($"The schema {schema} is of a newer release (version {found} of {Of}, known here: {Steps.Count}). Run that release.");
        foreach (var step in Steps.Skip(found)) Run(connection, step.Replace("{0}", schema, StringComparison.Ordinal));
        Run(connection, $"INSERT INTO {schema}.schema_version VALUES ('{Of}', {Steps.Count}) ON CONFLICT (of) DO UPDATE SET version = excluded.version");
        transaction.Commit();
    }

    private static void Run(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }
}
