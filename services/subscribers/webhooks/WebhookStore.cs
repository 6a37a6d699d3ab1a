using Consent.Subscriber;
using Microsoft.EntityFrameworkCore;

namespace Consent.Webhooks;

/// <summary>The file of this service.</summary>
/// <exception cref="InvalidOperationException">The file is of a newer release.</exception>
internal sealed class WebhookStore(string file) : FileStore<WebhookDb, WebhookDb>(file, WebhookDb.OptionsFor, WebhookDb.Schema)
{
    /// <summary>What a start does to the schema, without a start. A file that is not there is not made.</summary>
    public static void BringUpToDate(string file)
    {
        if (!File.Exists(file)) return;
        using var db = new WebhookDb(WebhookDb.OptionsFor($"Data Source={file};Pooling=False"));
        WebhookDb.Schema.BringUpToDate(db.Database);
    }

    protected override WebhookDb OpenWriter(string connection)
    {
        var writer = new WebhookDb(WebhookDb.OptionsFor(connection));
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
