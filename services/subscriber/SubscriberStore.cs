namespace Consent.Subscriber;

/// <summary>The file of one subscriber.</summary>
/// <exception cref="InvalidOperationException">The file is of a newer release.</exception>
internal sealed class SubscriberStore(string file) : FileStore<SubscriberDb, SubscriberWriter>(file, SubscriberDb.OptionsFor, SubscriberDb.Schema)
{
    protected override SubscriberWriter OpenWriter(string connection) => new(connection);
}
