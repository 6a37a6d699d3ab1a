using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Connectors.Tests;

/// <summary>An opt-out that a webhook was answered 200 for outlives the connector that heard it.</summary>
public abstract class DeleteConnectorTests(TestData data) : IDisposable
{
    private const string Path = ConnectorsApp.Path;
    private const string Jan = "jan@reader.example";
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task What_was_heard_is_brought_here_and_only_then_the_connector_is_gone()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("token");
        await using var there = await StandIn.StartAsync(new BrevoStandIn());
        // Marketing cannot be asked until the token is there.
        await using var app = await _data.StartAsync(change: builder =>
            (builder.Configuration["Connectors:Token"], builder.Configuration["Connectors:TokenFile"]) = (null, file));
        await app.OptInAsync(Jan, "news");
        var (id, secret) = await app.ConnectAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(200, await HearAsync(app, id, secret));

        for (var i = 0; i < 2; i++)
        {
            var (status, left) = await app.SendAsync(HttpMethod.Delete, $"{Path}/{id}", token: app.Token());
            Assert.Equal((202, "deleting", 1L), (status, (string?)left!["status"], (long)left["pending"]!));
        }
        Assert.Equal(("deleting", null), ((string?)(await app.ShowAsync(id))["status"], (await app.ShowAsync(id))["url"]));
        Assert.Equal(404, await HearAsync(app, id, secret));
        foreach (var verb in (string[])["pause", "resume", "test", "rotate-secret"])
            Assert.Equal((verb, 404), (verb, (await app.SendAsync(HttpMethod.Post, $"{Path}/{id}/{verb}", token: app.Token())).Status));
        Assert.Equal(404, (await app.SendAsync(HttpMethod.Put, $"{Path}/{id}", there.Connector(ConnectorsApp.Site), app.Token())).Status);
        Assert.Equal("opted-in", await app.ReasonAsync(Jan, "news"));

        await File.WriteAllTextAsync(file, app.Token());
        app.Clock.Pass(TimeSpan.FromHours(2));
        await app.ReasonIsAsync("suppressed", Jan, "news");
        await Eventually.IsSoAsync("it is gone", async () => (await app.SendAsync(HttpMethod.Get, $"{Path}/{id}", token: app.Token())).Status == 404);
        using var db = app.Services.GetRequiredService<ConnectorStore>().Open();
        Assert.False(db.Connectors.Any() || db.Inbox.Any());
    }

    [Fact]
    public async Task One_that_waits_reads_and_writes_nothing_there_and_makes_room_for_another()
    {
        await using var there = await StandIn.StartAsync(new BrevoStandIn());
        await using var app = await _data.StartAsync(change: builder => builder.Configuration["Connectors:Token"] = Tokens.For(builder.Configuration["Data"]!, "audit"));
        var (id, secret) = await app.ConnectAsync(there);
        for (var i = 0; i < 9; i++) await app.ConnectAsync(there);
        Assert.Equal(200, await HearAsync(app, id, secret));
        var account = app.Services.GetRequiredService<ConnectorBook>().Find(id)!.Row.Account;
        Assert.Equal(202, (await app.SendAsync(HttpMethod.Delete, $"{Path}/{id}", token: app.Token())).Status);

        var left = app.Services.GetRequiredService<ConnectorBook>().Find(id)!;
        Assert.False(left.MayCall(app.Clock.At.AddDays(1)));
        Assert.Null(left.Account);
        Assert.NotEqual(account, left.Row.Account);
        await app.ConnectAsync(there);
    }

    [Fact]
    public async Task What_comes_while_it_is_deleted_is_not_taken()
    {
        await using var there = await StandIn.StartAsync(new BrevoStandIn());
        await using var app = await _data.StartAsync();
        var (id, _) = await app.ConnectedAsync(there);
        var connector = app.Services.GetRequiredService<ConnectorBook>().Find(id)!;
        Assert.Equal(204, (await app.SendAsync(HttpMethod.Delete, $"{Path}/{id}", token: app.Token())).Status);
        Assert.False(await app.Services.GetRequiredService<BringOptOuts>().KeepAsync(connector, [new OptOutThere(Jan, null)], CancellationToken.None));
    }

    private static async Task<int> HearAsync(ConnectorsApp app, string id, string secret)
    {
        var left = new JsonObject { ["event"] = "unsubscribe", ["email"] = Jan, ["list_id"] = new JsonArray(12), ["ts_event"] = app.Clock.At.ToUnixTimeSeconds() };
        return (await app.SendAsync(HttpMethod.Post, $"{Path}/{id}/events", left, null, ("Authorization", $"Bearer {secret}"))).Status;
    }
}
