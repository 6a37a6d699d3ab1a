using Consent.Subscriber;
using Microsoft.EntityFrameworkCore;

namespace Consent.Connectors;

/// <summary>The file of this service.</summary>
/// <exception cref="InvalidOperationException">The file is of a newer release.</exception>
internal sealed class ConnectorStore(string file) : FileStore<ConnectorDb, ConnectorDb>(file, ConnectorDb.OptionsFor, ConnectorDb.Schema)
{
    /// <summary>What a start does to the schema, without a start. A file that is not there is not made.</summary>
    public static void BringUpToDate(string file)
    {
        if (!File.Exists(file)) return;
        using var db = new ConnectorDb(ConnectorDb.OptionsFor($"Data Source={file};Pooling=False"));
        ConnectorDb.Schema.BringUpToDate(db.Database);
    }

    protected override ConnectorDb OpenWriter(string connection)
    {
        var writer = new ConnectorDb(ConnectorDb.OptionsFor(connection));
        try
        {
            // The settings last as long as the connection does.
            writer.Database.OpenConnection();
            writer.Database.ExecuteSqlRaw(FileWriting.Settings);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }
}
