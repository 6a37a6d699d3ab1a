using Consent.Subscriber;

namespace Consent.Webhooks;

/// <summary>What this service keeps of its own.</summary>
/// <exception cref="InvalidOperationException">It is of a newer release.</exception>
internal sealed class WebhookStore(IConfiguration settings, TimeProvider time) : EntityStore<WebhookDb>(settings, Kept, time)
{
    public static Entities<WebhookDb> Kept { get; } = new(
        WebhooksSetup.Service, "webhooks.db", options => new WebhookDb(options), WebhookDb.OptionsFor, WebhookDb.Schema, WebhookDb.OptionsOn, WebhookTables.Steps);
}
