using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Connectors.Tests;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>An opt-out that is made in a mailing system travels on to every service, and its trace says where it came from.</summary>
[Collection(AsMany.Name)]
public sealed class ConnectorTests(RunningAsMany running)
{
    private const string Connectors = "/v1/connectors";

    private Product Product => running.Product;

    [Fact]
    public async Task An_opt_out_in_a_mailing_system_reaches_the_subscribers_and_the_trace_names_the_connector()
    {
        var (site, address) = (new Site(Product, "weefgoed"), Product.Secrets.Address());
        var topic = await site.TopicAsync();
        await site.SubscribeAsync(address);
        var subject = await SubjectAsync(site, address, topic);
        await Eventually.IsSoAsync("newsletter permits", () => site.PermitsAsync("newsletter", subject, topic), TimeSpan.FromSeconds(120));
        await using var there = await StandIn.StartAsync(new ListmonkStandIn { Now = TimeProvider.System.GetUtcNow, Before = TimeProvider.System.GetUtcNow });
        there.Add(address, offers: false);
        var http = Product.Client("marketing");
        var connector = await ConnectAsync(http, there, site, topic);

        there.OptOut(address, "news");

        await Eventually.IsSoAsync("newsletter denies", async () => !await site.PermitsAsync("newsletter", subject, topic), TimeSpan.FromSeconds(120));
        Assert.Equal((false, "suppressed"), await site.MaySendAsync(address));
        var receipt = (await site.HistoryAsync(subject))[^1]!;
        Assert.Equal("connector:listmonk", (string?)receipt["action"]);
        var trace = await site.TracedToItsCauseAsync((string)receipt["id"]!, "newsletter", "analytics");
        Assert.Equal("marketing-unsubscribed", (string?)trace["cause"]!["kind"]);
        Assert.Contains("connector:listmonk", trace.ToJsonString(), StringComparison.Ordinal);

        using var gone = await http.DeleteAsync($"{Connectors}/{connector}");
        Assert.True(gone.IsSuccessStatusCode, await gone.Content.ReadAsStringAsync());
    }

    /// <summary>The id of the connector, once its contacts were compared.</summary>
    private static async Task<string> ConnectAsync(HttpClient http, ListmonkStandIn there, Site site, string topic)
    {
        var body = there.Connector(site.Id);
        body["lists"] = new JsonObject { [topic] = "3" };
        using var made = await http.PostAsJsonAsync(Connectors, body);
        Assert.True(made.StatusCode == HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        var (id, seen) = ((string)(await made.Content.ReadFromJsonAsync<JsonObject>())!["id"]!, "");
        await Eventually.IsSoAsync("its contacts were compared", async () =>
        {
            var shown = JsonNode.Parse(seen = await http.GetStringAsync($"{Connectors}/{id}"))!;
            return shown["walkedAt"] is not null && (long)shown["contacts"]! == 1 && (long)shown["pending"]! == 0 && shown["failing"] is null;
        }, TimeSpan.FromSeconds(120), () => seen);
        return id;
    }

    private async Task<string> SubjectAsync(Site site, string address, string topic)
    {
        using var answer = await Product.Client("marketing").PostAsJsonAsync($"/v1/sites/{site.Id}/marketing/check", new { topic, addresses = new[] { address }, subjects = true });
        answer.EnsureSuccessStatusCode();
        return Product.Secrets.Keep((string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["results"]![0]!["subjects"]![0]!);
    }
}
