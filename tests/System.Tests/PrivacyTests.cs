using System.Net;
using System.Net.Http.Json;
using System.Text;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>No subject id, address or token in any log line, metric or span of everything that the tests of this form did.</summary>
public abstract class PrivacyTests(Running running)
{
    [Fact]
    public async Task Nothing_that_names_a_person_stands_in_a_log_a_metric_or_a_span()
    {
        var product = running.Product;
        foreach (var id in Product.Sites)
        {
            var (site, visitor, address) = (new Site(product, id), product.Secrets.Visitor(), product.Secrets.Address());
            var receipt = await site.DecideAsync(visitor, statistics: true);
            await site.SubscribeAsync(address);
            var link = await site.LinkAsync(address);
            using var page = await product.Client().GetAsync(link);
            await site.OneClickAsync(link);
            await site.CollectsAsync(visitor);
            await site.ReceiptsOfAsync(visitor);
            await site.TracedAsync((string)receipt["id"]!, "newsletter", "analytics");
        }
        await ByMailAsync(product);
        await WhatFailsAsync(product);

        foreach (var name in running.Names)
        {
            foreach (var signal in (string[])["traces", "metrics"])
                await Eventually.IsSoAsync($"{name} sends {signal}", () => Task.FromResult(running.Telemetry.HasFrom(name, signal)));
        }
        Assert.True(product.Secrets.Count > 20, "The scenario used too little to prove anything.");
        Assert.Empty(product.Processes.SelectMany(p => p.Output.SelectMany(line => product.Secrets.LeaksIn($"{p.Name}'s log", line))));
        foreach (var signal in (string[])["traces", "metrics", "logs"])
            Assert.Empty(running.Telemetry.Received(signal).SelectMany(body => product.Secrets.LeaksIn(signal, body)));
    }

    /// <summary>The links that are sent: of a double opt-in from a page and from the form, and to somebody's preferences, where he saves them.</summary>
    private async Task ByMailAsync(Product product)
    {
        var (site, http, secrets) = (new Site(product, "koppelhuis"), product.Client(), product.Secrets);
        var (topic, known, typed, filledIn) = (await site.TopicAsync(), secrets.Address(), secrets.Address(), secrets.Address());
        await site.SubscribeAsync(known);
        await Eventually.IsSoAsync("who opted in may be mailed", async () => await site.MaySendAsync(known) == (true, "opted-in"));

        using var asked = await http.PostAsJsonAsync($"/v1/sites/{site.Id}/marketing/subscriptions", new { address = typed, topic, source = "form" });
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await http.PressAsync($"/s/{site.Id}/{topic}", ("address", filledIn));
        foreach (var address in (string[])[typed, filledIn])
        {
            await http.PressAsync(LinkTo(address, "/c/"));
            Assert.Equal((true, "opted-in"), await site.MaySendAsync(address));
        }

        await http.PressAsync($"/preferences/{site.Id}", ("address", known));
        await http.PressAsync(LinkTo(known, "/p/"));
        Assert.Equal((false, "suppressed"), await site.MaySendAsync(known));
        using var again = await http.GetAsync($"{await site.LinkAsync(known)}/preferences");
        Assert.True(again.IsSuccessStatusCode);

        string LinkTo(string address, string beginning)
        {
            var link = running.Mail.LinkTo(address, beginning);
            secrets.Keep(link[beginning.Length..]);
            return link;
        }
    }

    /// <summary>Errors are where logs talk most.</summary>
    private static async Task WhatFailsAsync(Product product)
    {
        var http = product.Client();
        var (visitor, address) = (product.Secrets.Visitor(), product.Secrets.Address());
        using var cut = await http.PostAsync($"/u/{product.Secrets.Keep(Contracts.RandomId.New())}", new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]));
        using var malformed = await http.PostAsync("/v1/sites/weefgoed/decisions", new StringContent($"{{\"subjectId\":\"{visitor}\"", Encoding.UTF8, "application/json"));
        using var nowhere = await http.GetAsync($"/{visitor}?address={address}");
        using var forged = await product.Client(product.Gateway, product.Secrets.Keep($"{product.Token("admin")}x")).GetAsync($"/v1/sites/weefgoed/subjects/{visitor}/state");
        using var invalid = await product.Client("marketing").PostAsJsonAsync("/v1/sites/weefgoed/marketing/links", new { addresses = new[] { $"not {address} at all" }, topic = "none" });
        using var unconfirmed = await http.PostAsync($"/c/{Link()}/confirm", new FormUrlEncodedContent([new("proof", "x")]));
        using var unsaved = await http.PostAsync($"/p/{Link()}", new FormUrlEncodedContent([new("proof", "x")]));
        using var unheard = await http.PostAsJsonAsync($"/v1/connectors/{Contracts.RandomId.New()}/events/{Link()}", new { email = address });
        using var unasked = await http.GetAsync($"/v1/connectors/{Contracts.RandomId.New()}/events/{Link()}");
        Assert.All([cut, malformed, nowhere, forged, invalid, unconfirmed, unsaved, unheard, unasked], answer => Assert.False(answer.IsSuccessStatusCode));

        string Link() => product.Secrets.Keep(Contracts.RandomId.New());
    }
}

[Collection(AsMany.Name)]
public sealed class PrivacyOfManyProcesses(RunningAsMany running) : PrivacyTests(running);

[Collection(AsOne.Name)]
public sealed class PrivacyInOneProcess(RunningAsOne running) : PrivacyTests(running);

/// <summary>The check finds a leak where there is one.</summary>
public sealed class PrivacyCheckTests
{
    [Fact]
    public void A_subject_in_a_line_is_found_and_a_line_without_is_not()
    {
        var secrets = new Secrets();
        var visitor = secrets.Visitor();
        Assert.Single(secrets.LeaksIn("log", $"GET /v1/sites/weefgoed/subjects/{visitor.ToUpperInvariant()}/state"));
        Assert.Empty(secrets.LeaksIn("log", $"GET /v1/sites/weefgoed/subjects/{Contracts.RandomId.New()}/state"));
    }

    [Fact]
    public void An_address_is_found_in_every_encoding_of_its_at_sign()
    {
        var secrets = new Secrets();
        var address = secrets.Address();
        Assert.Single(secrets.LeaksIn("log", $"?address={Uri.EscapeDataString(address)}"));
    }

    [Fact]
    public async Task A_subject_in_a_span_is_found_in_what_was_received()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var secrets = new Secrets();
        var span = Encoding.UTF8.GetBytes($"\n\u0012url.path\u0012*/subjects/{secrets.Visitor()}\u0001");
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(receiver.Address, "/v1/traces"), new ByteArrayContent(span));
        Assert.Single(receiver.Received("traces").SelectMany(body => secrets.LeaksIn("traces", body)));
    }

    [Fact]
    public async Task A_subject_that_a_process_writes_is_found_in_its_output()
    {
        var secrets = new Secrets();
        var visitor = secrets.Visitor();
        await using var talker = new ServiceProcess("talker", Repository.Program("tools/cli"), new Uri("http://127.0.0.1:1"), new Dictionary<string, string>(StringComparer.Ordinal))
        {
            Arguments = [visitor],
        };
        talker.Start();
        Assert.True(await talker.EndedAsync());
        Assert.NotEmpty(talker.Output.SelectMany(line => secrets.LeaksIn("talker", line)));
    }
}
