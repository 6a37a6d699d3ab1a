using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Consent.ConsentService.Tests;

/// <summary>Two consent services on one PostgreSQL log say the same of declarations.</summary>
public sealed class ReplicaTests(OnePostgres postgres) : IClassFixture<OnePostgres>
{
    private static readonly Declaration _first = TestSite.Declaration();
    private static readonly Declaration _second = TestSite.Declaration(TestSite.Purpose("maps", LegalBasis.Consent));
    private static readonly Declaration _third = TestSite.Declaration(TestSite.Purpose("maps", LegalBasis.Consent), TestSite.Purpose("chat", LegalBasis.Consent));

    [Fact]
    public async Task Declaration_PublishedOnOne_IsInForceOnTheOtherSoon()
    {
        await using var replicas = await ConsentReplicas.OnAsync(postgres);
        var (one, other) = await replicas.StartTwoAsync();

        foreach (var declaration in new[] { _first, _second })
        {
            Assert.Equal(HttpStatusCode.Created, (await one.PublishAsync(declaration)).StatusCode);
            var hash = PublishedDeclaration.HashOf(declaration);
            await Eventually.IsSoAsync("the other replica has it in force", async () => await other.HashAsync() == hash);
        }

        Assert.Equal(PublishedDeclaration.HashOf(_first), await other.HashAsync(1));
    }

    [Fact]
    public async Task Decision_OnOne_ThatSpeaksOfWhatTheOtherPublishedAMomentAgo_IsTaken()
    {
        await using var replicas = await ConsentReplicas.OnAsync(postgres);
        var (one, other) = await replicas.StartTwoAsync();

        await one.PublishAsync(_first);
        var ofAnUnknownSite = await other.ChooseAsync("statistics", true, PublishedDeclaration.HashOf(_first));
        await one.PublishAsync(_second);
        var ofANewPurpose = await other.ChooseAsync("maps", true, PublishedDeclaration.HashOf(_second));
        await one.PublishAsync(_third);
        var withoutHash = await other.ChooseAsync("chat", false, null);

        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.Created],
            new[] { ofAnUnknownSite, ofANewPurpose, withoutHash }.Select(a => a.StatusCode));
        await ProblemOf.IsAsync(await other.ChooseAsync("statistics", true, new string('0', 64)), 422, "unknown-declaration");
    }

    [Fact]
    public async Task OptInAndOptOut_HeardByOne_OnWhatTheOtherPublishedAMomentAgo_AreRecorded()
    {
        await using var replicas = await ConsentReplicas.OnAsync(postgres);
        var (one, other) = await replicas.StartTwoAsync();
        var (reader, now) = ($"a1-{new string('a', 64)}", TimeProvider.System.Now());

        await one.PublishAsync(_first);
        await other.HearAsync(ConsentSetup.Service, new MarketingSubscribed(
            RandomId.New(), now, "test-site", reader, ["news"], "subscribe", "nl", PublishedDeclaration.HashOf(_first), now, now));
        await one.PublishAsync(_second with { Topics = [.. _second.Topics, SampleDeclaration.Topic("openings", "newsletter")] });
        await other.HearAsync(ConsentSetup.Service, new MarketingUnsubscribed(
            RandomId.New(), now, "test-site", reader, ["openings"], "one-click-unsubscribe", "nl", now));

        var newest = DecisionRecorder.ReceiptOf(
            await one.Services.GetRequiredKeyedService<IRecordLog>(ConsentSetup.Service).LatestAsync(Receipt.Stream("test-site", reader)))!;
        Assert.Equal((2L, Decision.Given, true), (newest.Version, newest.Purposes["news"].Status, newest.Purposes["openings"].IsNo));
    }

    [Fact]
    public async Task Publishing_OnBothAtOnce_GivesEachDeclarationOneVersion_WithoutAGap_TheSameOnBoth()
    {
        await using var replicas = await ConsentReplicas.OnAsync(postgres);
        var (one, other) = await replicas.StartTwoAsync();
        var drafts = Enumerable.Range(1, 20).Select(n => _first with { Origins = [$"https://{n}.test-site.example"] }).ToList();

        for (var i = 0; i < drafts.Count; i += 2)
        {
            var answers = await Task.WhenAll(one.PublishAsync(drafts[i]), other.PublishAsync(drafts[i + 1]));
            Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        }
        var again = await Task.WhenAll(one.PublishAsync(_second), other.PublishAsync(_second));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Created], again.Select(a => a.StatusCode).Order());
        await Eventually.IsSoAsync("both know 21 versions", async () => await one.HashAsync(21) is not null && await other.HashAsync(21) is not null);
        var hashes = new List<string?>();
        for (var version = 1; version <= 21; version++)
        {
            hashes.Add(await one.HashAsync(version));
            Assert.Equal(hashes[^1], await other.HashAsync(version));
        }
        Assert.Equal(drafts.Append(_second).Select(PublishedDeclaration.HashOf).Order(), hashes.Order());
        Assert.Null(await one.HashAsync(22));
    }

    [Fact]
    public async Task Site_PublishedOnBothAtOnce_ByTwoControllers_BelongsToOneOfThem()
    {
        await using var replicas = await ConsentReplicas.OnAsync(postgres);
        var (one, other) = await replicas.StartTwoAsync();
        Declaration Of(string site, string controller) => _first with { Site = site, Controller = _first.Controller with { Id = controller } };

        for (var n = 0; n < 10; n++)
        {
            var site = $"new-site-{n}";
            var answers = await Task.WhenAll(
                one.PublishAsync(Of(site, "mine"), one.Token("consent", ["mine"])), other.PublishAsync(Of(site, "yours"), other.Token("consent", ["yours"])));

            Assert.Equal([HttpStatusCode.Created, HttpStatusCode.NotFound], answers.Select(a => a.StatusCode).Order());
            var owner = answers[0].StatusCode == HttpStatusCode.Created ? "mine" : "yours";
            foreach (var replica in new[] { one, other })
            {
                await Eventually.IsSoAsync($"{site} is {owner}", async () =>
                    (string?)(await (await replica.SendAsync(HttpMethod.Get, $"/v1/sites/{site}/declaration")).Content.ReadFromJsonAsync<JsonObject>())!["controller"]?["id"] == owner);
            }
        }
    }

    [Fact]
    public async Task Replica_WhoseDeclarationsAreNotLoadedYet_AnswersNothing()
    {
        await using var replicas = await ConsentReplicas.OnAsync(postgres);
        var before = await replicas.StartAsync();
        await before.PublishAsync(_first);
        await replicas.StopAsync(before);
        await using var blocking = new NpgsqlConnection(replicas.Data + ";Pooling=false");
        await blocking.OpenAsync();
        await using var hold = new NpgsqlCommand("BEGIN; LOCK TABLE consent.record IN ACCESS EXCLUSIVE MODE", blocking);
        await hold.ExecuteNonQueryAsync();

        var starting = Task.Run(() => replicas.StartAsync());
        await Eventually.IsSoAsync("it waits for what was recorded", () => IsWaitingAsync(replicas.Data));
        Assert.False(starting.IsCompleted);
        await using var release = new NpgsqlCommand("ROLLBACK", blocking);
        await release.ExecuteNonQueryAsync();

        Assert.Equal(PublishedDeclaration.HashOf(_first), await (await starting).HashAsync());
    }

    /// <summary>In a connection of its own: within a transaction PostgreSQL tells the same for ever.</summary>
    private static async Task<bool> IsWaitingAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%consent.record%'", connection);
        return (long)(await command.ExecuteScalarAsync())! > 0;
    }
}
