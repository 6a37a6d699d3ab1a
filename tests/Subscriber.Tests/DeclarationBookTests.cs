using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Subscriber.Tests;

public sealed class DeclarationBookTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Hear_VersionsOutOfOrderAndTwice_KeepsTheHighestInForceAndTheOthersByHash()
    {
        await using var service = await OneSubscriber.StartAsync(_data, b => b.AddDeclarationBook(OneSubscriber.Name));
        var first = Sample.Published();
        var second = Sample.Published(2, Sample.WithOtherVendors);

        await service.HearAsync(second);
        await service.HearAsync(first);
        await service.HearAsync(first);

        Assert.Equal(second.Hash, service.Book.InForce(Sample.Site)!.Hash);
        Assert.Equal(1, service.Book.ByHash(Sample.Site, first.Hash)!.Version);
        Assert.Equal([1, 2], service.Book.Of(Sample.Site).Versions.Select(v => v.Version));
        Assert.Empty(service.Book.Of("elsewhere").Versions);
        Assert.Null(service.Book.ByHash("elsewhere", first.Hash));
        Assert.Equal([Sample.Site], service.Book.Sites);
        Assert.Equal(3, service.Acknowledged.Count);
        Assert.Same(service.Book, service.Services.GetRequiredKeyedService<IDeclarations>(OneSubscriber.Name));
    }

    [Fact]
    public async Task Hear_AnotherDeclarationUnderTheSameVersion_TheLaterOneIsInForceAlsoAfterARestart()
    {
        var lost = Sample.Published(2);
        var again = Sample.Published(2, Sample.WithOtherVendors) with { PublishedAt = lost.PublishedAt.AddHours(1) };
        await using (var before = await OneSubscriber.StartAsync(_data))
        {
            await before.HearAsync(again);
            await before.HearAsync(lost);
            Assert.Equal(again.Hash, before.Book.InForce(Sample.Site)!.Hash);
        }

        await using var after = await OneSubscriber.StartAsync(_data);

        Assert.Equal(again.Hash, after.Book.InForce(Sample.Site)!.Hash);
        Assert.Equal(lost.Hash, after.Book.ByHash(Sample.Site, lost.Hash)!.Hash);
    }

    [Fact]
    public async Task Start_FileOfANewerRelease_IsRefusedBeforeAnyMessage()
    {
        await using (await OneSubscriber.StartAsync(_data))
        {
        }
        Execute("PRAGMA user_version = 99");

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => OneSubscriber.StartAsync(_data));

        Assert.Contains("newer release", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE declarations SET body = x'7B'")]
    [InlineData("UPDATE declarations SET body = CAST('{}' AS BLOB)")]
    [InlineData("UPDATE declarations SET body = CAST('{}' AS BLOB), digest = NULL")]
    [InlineData("UPDATE declarations SET body = CAST(replace(CAST(body AS TEXT), '\"consent\"', '\"contract\"') AS BLOB)")]
    [InlineData("UPDATE declarations SET digest = NULL, body = CAST(replace(CAST(body AS TEXT), '\"consent\"', '\"contract\"') AS BLOB)")]
    [InlineData("UPDATE declarations SET version = 99")]
    public async Task Start_DeclarationAlteredByHand_IsMissingUntilItIsHeardAgain(string sql)
    {
        await using (var before = await OneSubscriber.StartAsync(_data)) await before.HearAsync(Sample.Published());
        Execute(sql);

        await using var after = await OneSubscriber.StartAsync(_data);
        Assert.Null(after.Book.InForce(Sample.Site));
        await after.HearAsync(Sample.Published());

        Assert.Equal((false, "never-asked"), after.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
    }

    [Fact]
    public async Task Start_DeclarationsKeptBeforeTheyHadDigests_AreHeld()
    {
        await using (var before = await OneSubscriber.StartAsync(_data)) await before.HearAsync(Sample.Published());
        Execute("ALTER TABLE declarations DROP COLUMN digest; ALTER TABLE tombstones DROP COLUMN written; ALTER TABLE tombstones DROP COLUMN erased_at; ALTER TABLE tombstones DROP COLUMN reason; INSERT INTO tombstones VALUES ('11111111111111111111', 1, 4); PRAGMA user_version = 3");

        await using var after = await OneSubscriber.StartAsync(_data);

        Assert.Equal(Sample.Published().Hash, after.Book.InForce(Sample.Site)?.Hash);
        // And tombstones are those that were written here.
        Assert.Equal(0, await after.Services.GetRequiredKeyedService<ISubscriberStore>(OneSubscriber.Name).WriteAsync(writer => writer.Sweep(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Health_StoreAnswersOrNot_IsSaidUnderTheServicesName()
    {
        await using var service = await OneSubscriber.StartAsync(_data);
        var health = service.Services.GetRequiredService<HealthCheckService>();
        var name = $"subscriber-{OneSubscriber.Name}";

        var before = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        Execute("ALTER TABLE declarations RENAME TO elsewhere");
        var after = await health.CheckHealthAsync(TestContext.Current.CancellationToken);

        Assert.Equal((HealthStatus.Healthy, HealthStatus.Unhealthy), (before.Entries[name].Status, after.Entries[name].Status));
    }

    [Fact]
    public async Task File_AfterStart_SyncsEveryCommitToTheDisk()
    {
        await using var service = await OneSubscriber.StartAsync(_data);
        using var db = ((SubscriberStore)service.Services.GetRequiredKeyedService<ISubscriberStore>(OneSubscriber.Name)).Open();

        Assert.Equal("wal", Ask("PRAGMA journal_mode"));
        Assert.Equal("2", Ask("PRAGMA synchronous"));

        string Ask(string pragma)
        {
            var connection = Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection(db.Database);
            Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.OpenConnection(db.Database);
            using var command = connection.CreateCommand();
            command.CommandText = pragma;
            return command.ExecuteScalar()!.ToString()!;
        }
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_data.File(OneSubscriber.Name, "subscriber.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
