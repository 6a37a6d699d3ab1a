using Consent.Subscriber;
using Microsoft.EntityFrameworkCore;

namespace Consent.Webhooks;

/// <summary>The file of this service.</summary>
/// <exception cref="InvalidOperationException">The file is of a newer release.</exception>
internal sealed class WebhookStore(string file) : FileStore<WebhookDb, WebhookDb>(file, WebhookDb.OptionsFor, WebhookDb.Schema)
{
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
