using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Consent.Subscriber.Tests;

/// <summary>Where a subscriber keeps what it holds while logs lie in Azure Cosmos DB: in PostgreSQL where that is given beside it, for all replicas, and else in its file.</summary>
[Collection(OnPostgres.Name)]
public sealed class BesideCosmosTests(OnePostgres postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string FileOfIt => _folder.File(OneSubscriber.Name, "subscriber.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WithoutPostgres_InTheFile()
    {
        await KeepOneAsync(Settings("cosmos"));

        Assert.True(File.Exists(FileOfIt));
        Assert.Equal(1, await HeldAsync(Settings("sqlite")));
    }

    [Fact]
    public async Task WithPostgres_InTheDatabase_AndNothingInAFile()
    {
        var database = await postgres.Server.CreateDatabaseAsync();

        await KeepOneAsync(Settings("cosmos", database));

        Assert.False(File.Exists(FileOfIt));
        Assert.Equal(1, await HeldAsync(Settings("postgres", database)));
    }

    /// <summary>The argument "migrate": of a file that is not there it makes none, of a database the schema.</summary>
    [Fact]
    public async Task BringingUpToDate_FollowsTheSame()
    {
        OpenSubscriberStore.BringUpToDate(Settings("cosmos"), OneSubscriber.Name);
        Assert.False(File.Exists(FileOfIt));

        var database = await postgres.Server.CreateDatabaseAsync();
        OpenSubscriberStore.BringUpToDate(Settings("cosmos", database), OneSubscriber.Name);
        Assert.False(File.Exists(FileOfIt));
        await using var source = NpgsqlDataSource.Create($"{database};Pooling=false");
        await using var schemas = source.CreateCommand($"SELECT count(*) FROM information_schema.tables WHERE table_schema = '{OneSubscriber.Name.Replace('-', '_')}' AND table_name = 'receipts'");
        Assert.Equal(1L, await schemas.ExecuteScalarAsync(Cancel));
    }

    [Theory]
    [InlineData("postgres", "Set Storage:Postgres")]
    [InlineData("cosmosdb", "sqlite, postgres or cosmos")]
    public void WhatMakesNoSense_IsRefused(string engine, string sentence)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => OpenSubscriberStore.ConnectionIn(Settings(engine)));
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    private IConfiguration Settings(string engine, string? database = null) =>
        new ConfigurationBuilder().AddInMemoryCollection([new("Data", _folder.Path), new("Storage:Engine", engine), new("Storage:Postgres", database)]).Build();

    private static async Task KeepOneAsync(IConfiguration settings)
    {
        await using var store = OpenSubscriberStore.Of(settings, OneSubscriber.Name, TimeProvider.System);
        Assert.True(await store.WriteAsync(writer => writer.Keep(Sample.Receipt(1, Decision.Given, Sample.Address(1)), Pages.First), Cancel));
    }

    private static async Task<int> HeldAsync(IConfiguration settings)
    {
        await using var store = OpenSubscriberStore.Of(settings, OneSubscriber.Name, TimeProvider.System);
        return await store.CountAsync(Cancel);
    }
}
