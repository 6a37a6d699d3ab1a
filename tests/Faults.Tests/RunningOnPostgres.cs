using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>The product with its logs in PostgreSQL, and two consent services.</summary>
public sealed class RunningOnPostgres : IAsyncLifetime
{
    public ManyProcesses Product { get; } = new(consents: 2);

    public PostgresServer Server { get; private set; } = null!;

    public Deployment Deployment => Deployment.Of(Product);

    public Journal Journal { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Server = await PostgresServer.StartAsync();
        Faulty.Prepare(Product);
        Product.Settings["Storage:Engine"] = "postgres";
        Product.Settings["Storage:Postgres"] = await Server.CreateDatabaseAsync();
        Product.Settings["Storage:PostgresKeys"] = await Server.CreateDatabaseAsync();
        await Product.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Product.DisposeAsync();
        await Server.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class OnPostgres : ICollectionFixture<RunningOnPostgres>
{
    public const string Name = "on PostgreSQL";
}
