using Microsoft.Extensions.Configuration;

namespace Consent.Storage;

/// <summary>
/// <c>Storage:Engine</c>: <c>sqlite</c> (unless set), or <c>postgres</c> with <c>Storage:Postgres</c>, the connection string of the
/// data, and <c>Storage:PostgresKeys</c>, that of the keys, which is another database and is backed up apart.
/// </summary>
/// <param name="Data">Null on SQLite, where all lies in files.</param>
/// <param name="Keys">As <paramref name="Data"/>.</param>
internal sealed record StorageSettings(string? Data, string? Keys)
{
    /// <summary>Throws <see cref="InvalidOperationException"/> with a sentence on what to set.</summary>
    public static StorageSettings Of(IConfiguration settings)
    {
        switch (settings["Storage:Engine"] ?? "sqlite")
        {
            case "sqlite":
                return new StorageSettings(null, null);
            case "postgres":
                var data = settings["Storage:Postgres"] ?? throw new InvalidOperationException("Set Storage:Postgres to the connection string of the data.");
                var keys = settings["Storage:PostgresKeys"] ?? throw new InvalidOperationException("Set Storage:PostgresKeys to the connection string of the keys.");
                return data == keys
                    ? throw new InvalidOperationException("Give the keys a database of their own in Storage:PostgresKeys: a backup of the data must not hold them.")
                    : new StorageSettings(data, keys);
            case var other:
                throw new InvalidOperationException($"Set Storage:Engine to sqlite or postgres; '{other}' is neither.");
        }
    }
}
