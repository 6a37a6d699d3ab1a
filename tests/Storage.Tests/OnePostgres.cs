using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>One server for all tests of the engine.</summary>
public sealed class OnePostgres : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<OnePostgres>
{
    public const string Name = "postgres";
}
