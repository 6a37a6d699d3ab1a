using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Connectors.Tests;

public abstract class ManageConnectorsTests(TestData data) : IDisposable
{
    private const string Path = ConnectorsApp.Path;
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_connector_is_made_shown_changed_and_deleted_and_its_secrets_are_told_to_nobody()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        var token = app.Token();
        var body = there.Connector(ConnectorsApp.Site);
        body["name"] = "Newsletters";

        var (created, made) = await app.SendAsync(HttpMethod.Post, Path, body, token);
        var id = (string)made!["id"]!;
        Assert.Equal((201, 32), (created, ((string)made["webhookSecret"]!).Length));
        await app.SettledAsync(id);
        var (_, shown) = await app.SendAsync(HttpMethod.Get, $"{Path}/{id}", token: token);
        var (_, listed) = await app.SendAsync(HttpMethod.Get, $"{Path}?site={ConnectorsApp.Site}", token: token);
        Assert.Equal(
            $$$"""{"id":"{{{id}}}","site":"bakery","system":"listmonk","name":"Newsletters","url":"{{{there.Url}}}/","lists":{"news":"3","offers":"4"},"withoutBasis":"leave","status":"enabled","createdAt":"2026-03-01T09:00:00.000Z","events":"/v1/connectors/{{{id}}}/events","contacts":0,"pending":0,"givenUp":0,"walkedAt":"2026-03-01T09:00:00.000Z"}""",
            shown!.ToJsonString(ContractJson.Options));
        Assert.Equal(shown.ToJsonString(), Assert.Single(listed!["connectors"]!.AsArray())!.ToJsonString());

        var (changed, other) = await app.SendAsync(
            HttpMethod.Put, $"{Path}/{id}", new { url = there.Url, user = "consent-user", lists = new { news = "4" }, withoutBasis = "stop" }, token);
        Assert.Equal((200, """{"news":"4"}""", "stop"), (changed, other!["lists"]!.ToJsonString(), (string?)other["withoutBasis"]));
        Assert.False(other.AsObject().ContainsKey("webhookSecret"));
        // The secret before holds, and is told to no other address.
        await app.SettledAsync(id);
        var (refused, why) = await app.SendAsync(HttpMethod.Put, $"{Path}/{id}", new { url = "https://evil.example", user = "consent-user", lists = new { news = "4" } }, token);
        Assert.Equal((422, "urn:consent:problem:connector-account"), (refused, (string?)why!["type"]));

        Assert.Equal(204, (await app.SendAsync(HttpMethod.Delete, $"{Path}/{id}", token: token)).Status);
        Assert.Equal(404, (await app.SendAsync(HttpMethod.Get, $"{Path}/{id}", token: token)).Status);
    }

    [Fact]
    public async Task A_deleted_connector_leaves_nothing()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        there.Add("jan@reader.example");
        await app.OptInAsync("jan@reader.example", "news");
        var (id, _) = await app.ConnectedAsync(there);
        await app.SendAsync(HttpMethod.Delete, $"{Path}/{id}", token: app.Token());
        using var db = app.Services.GetRequiredService<ConnectorStore>().Open();
        Assert.False(db.Connectors.Any() || db.Contacts.Any() || db.Subjects.Any() || db.States.Any() || db.Work.Any() || db.Inbox.Any());
    }

    [Fact]
    public async Task A_topic_that_is_given_another_list_is_looked_at_as_if_for_the_first_time()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        const string Jan = "jan@reader.example";
        there.Add(Jan);
        await app.OptOutAsync(Jan, "news");
        var (id, _) = await app.ConnectedAsync(there, body => body["lists"] = new JsonObject { ["news"] = "3" });
        Assert.False(there.IsOn(Jan, "news"));
        await app.SendAsync(HttpMethod.Post, $"{Path}/{id}/pause", token: app.Token());
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        await app.OptInAsync(Jan, "news");
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        // On the other list he said no himself, and after that.
        there.OptOut(Jan, "offers");
        app.Clock.Pass(TimeSpan.FromSeconds(1));
        await app.SendAsync(HttpMethod.Put, $"{Path}/{id}", new { url = there.Url, user = "consent-user", lists = new { news = "4" } }, app.Token());
        await app.SendAsync(HttpMethod.Post, $"{Path}/{id}/resume", token: app.Token());
        await app.ReasonIsAsync("suppressed", Jan, "news");
        Assert.False(there.IsOn(Jan, "offers"));
    }

    [Theory]
    [InlineData("leave", true)]
    [InlineData("stop", false)]
    public async Task Who_has_no_basis_is_left_or_stopped_as_the_owner_says(string withoutBasis, bool isOn)
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        there.Add("stranger@reader.example");
        await app.ConnectedAsync(there, body => body["withoutBasis"] = withoutBasis);
        Assert.Equal(isOn, there.IsOn("stranger@reader.example", "news"));
    }

    [Fact]
    public async Task A_test_tells_how_the_system_and_marketing_answer()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        there.Add("jan@reader.example");
        var (id, _) = await app.ConnectedAsync(there);
        var (_, told) = await app.SendAsync(HttpMethod.Post, $"{Path}/{id}/test", token: app.Token());
        Assert.Equal("""{"read":{"outcome":"done"},"readChanges":{"outcome":"done"},"marketing":{"outcome":"done"},"contacts":1}""", told!.ToJsonString());
        // As without the permission for expressions, of which otherwise nothing would be seen for a minute.
        there.Fault = http => http.Request.Query.ContainsKey("query") && StandIn.Always(403)(http);
        (_, told) = await app.SendAsync(HttpMethod.Post, $"{Path}/{id}/test", token: app.Token());
        Assert.Equal("""{"outcome":"unauthorised","status":403}""", told!["readChanges"]!.ToJsonString());
    }

    [Fact]
    public async Task An_account_that_does_not_open_is_told_and_set_anew()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        var (id, _) = await app.ConnectedAsync(there);
        var damage = _data.Postgres is null ? "UPDATE connectors SET account = x'01'" : "UPDATE connectors SET account = '\\x01'";
        await app.Services.GetRequiredService<ConnectorStore>().WriteAsync(db => db.Database.ExecuteSqlRaw(damage), CancellationToken.None);

        var shown = await app.ShowAsync(id);
        Assert.Equal(("unreadable", null), ((string?)shown["status"], shown["url"]));
        foreach (var verb in (string[])["test", "rotate-secret"])
            Assert.Equal(409, (await app.SendAsync(HttpMethod.Post, $"{Path}/{id}/{verb}", token: app.Token())).Status);
        Assert.Equal(503, (await app.SendAsync(HttpMethod.Post, $"{Path}/{id}/events", new { })).Status);

        var (_, anew) = await app.SendAsync(HttpMethod.Put, $"{Path}/{id}", there.Connector(ConnectorsApp.Site), app.Token());
        Assert.Equal(("enabled", 32), ((string?)anew!["status"], ((string?)anew["webhookSecret"])?.Length));
        await app.SettledAsync(id);
    }

    [Theory]
    [InlineData("""{"site":"nowhere","system":"listmonk"}""", 404, "unknown-site")]
    [InlineData("""{"site":"bakery","system":"carrier-pigeon"}""", 422, "connector-system")]
    [InlineData("""{"site":"bakery","system":"listmonk","url":"https://mail.example","user":"u","lists":{"news":"3"}}""", 422, "connector-account")]
    [InlineData("""{"site":"bakery","system":"listmonk","url":"https://mail.example","secret":"s","lists":{"news":"3"}}""", 422, "connector-account")]
    [InlineData("""{"site":"bakery","system":"mailchimp","secret":"without-a-data-centre-","lists":{"news":"a1"}}""", 422, "connector-account")]
    [InlineData("""{"site":"bakery","system":"ses","user":"u","secret":"s","contactList":"readers","lists":{"news":"news"}}""", 422, "connector-account")]
    [InlineData("""{"site":"bakery","system":"brevo","secret":"s","lists":{}}""", 422, "connector-lists")]
    [InlineData("""{"site":"bakery","system":"brevo","secret":"s","lists":{"unknown":"3"}}""", 422, "connector-lists")]
    [InlineData("""{"site":"bakery","system":"brevo","secret":"s","lists":{"news/sms":"3"}}""", 422, "connector-lists")]
    [InlineData("""{"site":"bakery","system":"brevo","secret":"s","lists":{"news":"three"}}""", 422, "connector-lists")]
    [InlineData("""{"site":"bakery","system":"brevo","secret":"s","lists":{"news":"3","offers":"3"}}""", 422, "connector-lists")]
    [InlineData("""{"site":"bakery","system":"listmonk","user":"u","secret":"s","lists":{"news":"3"}}""", 422, "connector-url")]
    [InlineData("""{"site":"bakery","system":"listmonk","url":"ftp://mail.example","user":"u","secret":"s","lists":{"news":"3"}}""", 422, "connector-url")]
    [InlineData("""{"site":"bakery","system":"listmonk","url":"https://u:p@mail.example","user":"u","secret":"s","lists":{"news":"3"}}""", 422, "connector-url")]
    [InlineData("""{"site":"bakery","system":"listmonk","url":"https://10.0.0.1","user":"u","secret":"s","lists":{"news":"3"}}""", 422, "connector-target-forbidden")]
    [InlineData("""{"site":"bakery","system":"brevo","secret":"s","lists":{"news":"3"},"withoutBasis":"perhaps"}""", 422, "connector-without-basis")]
    [InlineData("""{"site":"bakery","system":"brevo","secret":"s","lists":{"news":"3"},"name":"a\u0000b"}""", 422, "connector-name")]
    [InlineData("""{"site":"bakery","system":"brevo","secret":3}""", 400, "malformed-body")]
    public async Task Bad_input_is_refused(string body, int status, string slug)
    {
        await using var app = await _data.StartAsync();
        var (answered, problem) = await app.SendAsync(HttpMethod.Post, Path, JsonNode.Parse(body), app.Token());
        Assert.Equal((status, $"urn:consent:problem:{slug}"), (answered, (string?)problem!["type"]));
        Assert.NotEmpty((string)problem["detail"]!);
        Assert.Empty((await app.SendAsync(HttpMethod.Get, Path, token: app.Token())).Json!["connectors"]!.AsArray());
    }

    [Fact]
    public async Task An_address_without_tls_is_refused_unless_it_is_allowed()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync(change: builder => builder.Configuration["Connectors:AllowHttp"] = "false");
        var (status, problem) = await app.SendAsync(HttpMethod.Post, Path, there.Connector(ConnectorsApp.Site), app.Token());
        Assert.Equal((422, "urn:consent:problem:connector-url-insecure"), (status, (string?)problem!["type"]));
    }

    [Fact]
    public async Task Without_a_token_for_marketing_no_connector_is_made()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync(change: builder => builder.Configuration["Connectors:Token"] = null);
        var (status, problem) = await app.SendAsync(HttpMethod.Post, Path, there.Connector(ConnectorsApp.Site), app.Token());
        Assert.Equal((503, "urn:consent:problem:connectors-unset"), (status, (string?)problem!["type"]));
    }

    [Fact]
    public async Task A_token_in_a_file_is_read_for_each_question()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("token");
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync(change: builder =>
            (builder.Configuration["Connectors:Token"], builder.Configuration["Connectors:TokenFile"]) = (null, file));
        var (id, _) = await app.ConnectAsync(there);
        there.Add("jan@reader.example");
        await File.WriteAllTextAsync(file, app.Token() + "\n");
        await app.CompareAsync(id);
        Assert.Equal(1, (long)(await app.ShowAsync(id))["contacts"]!);
    }

    [Fact]
    public async Task A_site_has_ten_at_most()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        for (var i = 0; i < 10; i++) await app.ConnectAsync(there);
        var (status, problem) = await app.SendAsync(HttpMethod.Post, Path, there.Connector(ConnectorsApp.Site), app.Token());
        Assert.Equal((409, "urn:consent:problem:too-many-connectors"), (status, (string?)problem!["type"]));
    }

    [Fact]
    public async Task A_foreign_connector_looks_as_if_it_were_not_there_and_scopes_are_asked_for()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        var (id, _) = await app.ConnectAsync(there);
        (HttpMethod Method, string Path)[] routes =
        [
            (HttpMethod.Get, $"{Path}/{id}"), (HttpMethod.Put, $"{Path}/{id}"), (HttpMethod.Delete, $"{Path}/{id}"), (HttpMethod.Post, $"{Path}/{id}/pause"),
            (HttpMethod.Post, $"{Path}/{id}/resume"), (HttpMethod.Post, $"{Path}/{id}/test"), (HttpMethod.Post, $"{Path}/{id}/rotate-secret"), (HttpMethod.Get, $"{Path}/{id}/failures"),
        ];
        foreach (var (method, path) in routes)
        {
            var body = method == HttpMethod.Put ? there.Connector(ConnectorsApp.Site) : null;
            Assert.Equal((path, 401), (path, (await app.SendAsync(method, path, body)).Status));
            Assert.Equal((path, 403), (path, (await app.SendAsync(method, path, body, app.Token("consent"))).Status));
            Assert.Equal((path, 404), (path, (await app.SendAsync(method, path, body, app.Token("marketing", ConnectorsApp.OtherController))).Status));
        }
        Assert.Empty((await app.SendAsync(HttpMethod.Get, Path, token: app.Token("marketing", ConnectorsApp.OtherController))).Json!["connectors"]!.AsArray());
        Assert.Equal(404, (await app.SendAsync(HttpMethod.Post, Path, there.Connector(ConnectorsApp.Site), app.Token("marketing", ConnectorsApp.OtherController))).Status);
        Assert.Equal("enabled", (string?)(await app.ShowAsync(id))["status"]);
    }
}
