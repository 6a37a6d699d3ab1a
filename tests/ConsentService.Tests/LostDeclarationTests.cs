using System.Net;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Consent.ConsentService.Tests;

/// <summary>The database loses a declaration under the living service, as at a failover to a replica that lagged.</summary>
public sealed class LostDeclarationTests(OnePostgres postgres) : IClassFixture<OnePostgres>
{
    [Fact]
    public async Task ADeclarationThatWasLost_IsInForceNoMore_AndIsPublishedAnewUnderItsVersion()
    {
        await using var replicas = await ConsentReplicas.OnAsync(postgres);
        var consent = await replicas.StartAsync();
        var (first, second) = (TestSite.Declaration(), TestSite.Declaration(TestSite.Purpose("maps", LegalBasis.Consent)));
        foreach (var declaration in new[] { first, second }) Assert.Equal(HttpStatusCode.Created, (await consent.PublishAsync(declaration)).StatusCode);
        Assert.Equal(PublishedDeclaration.HashOf(second), await consent.HashAsync());
        var log = consent.Services.GetRequiredKeyedService<IRecordLog>(ConsentSetup.Service);
        var before = log.Epoch;

        await LoseAsync(replicas.Data);

        await Eventually.IsSoAsync("the one that is left is in force", async () => await consent.HashAsync() == PublishedDeclaration.HashOf(first));
        Assert.True(log.Epoch > before);
        Assert.Null(await consent.HashAsync(2));
        Assert.Equal(HttpStatusCode.Created, (await consent.PublishAsync(second)).StatusCode);
        Assert.Equal((PublishedDeclaration.HashOf(second), PublishedDeclaration.HashOf(second)), (await consent.HashAsync(), await consent.HashAsync(2)));
    }

    /// <summary>The database is as it was before the second declaration.</summary>
    private static async Task LoseAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var losing = new NpgsqlCommand(
            "DELETE FROM consent.record WHERE name = 'declaration/test-site' AND version = 2; UPDATE consent.log SET position = (SELECT max(position) FROM consent.record)", connection);
        await losing.ExecuteNonQueryAsync();
    }
}
