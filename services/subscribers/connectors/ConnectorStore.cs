using Consent.Subscriber;

namespace Consent.Connectors;

/// <summary>What this service keeps of its own.</summary>
/// <exception cref="InvalidOperationException">It is of a newer release.</exception>
internal sealed class ConnectorStore(IConfiguration settings, TimeProvider time) : EntityStore<ConnectorDb>(settings, Kept, time)
{
    public static Entities<ConnectorDb> Kept { get; } = new(
        ConnectorsSetup.Service, "connectors.db", options => new ConnectorDb(options), ConnectorDb.OptionsFor, ConnectorDb.Schema, ConnectorDb.OptionsOn, ConnectorTables.Steps);
}
