using Consent.Tests.Support;

namespace Consent.Connectors.Tests;

/// <summary>One server for all tests on PostgreSQL; each takes a database of its own.</summary>
public sealed class OnePostgres : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class OnPostgres : ICollectionFixture<OnePostgres>
{
    public const string Name = "PostgreSQL";
}
