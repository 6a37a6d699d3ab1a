using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>From "may I send?" to why: what a check names leads marketing to the proof of the opt-in, and the auditor to the proof and to the story.</summary>
[Collection(AsOne.Name)]
public sealed class ProofTests(RunningAsOne running)
{
    private Product Product => running.Product;

    [Fact]
    public async Task The_receipt_of_a_check_leads_to_the_proof_and_to_the_story_and_neither_tells_the_address()
    {
        var (site, reader) = (new Site(Product, "weefgoed"), Product.Secrets.Address());
        await site.SubscribeAsync(reader);
        string? receipt = null;
        await Eventually.IsSoAsync("a check names the record", async () => (receipt = await ReceiptAsync(site, reader)) is not null, TimeSpan.FromSeconds(120));

        foreach (var scope in (string[])["marketing", "audit"])
        {
            var shown = (await Product.Client(scope).GetFromJsonAsync<JsonObject>($"/v1/sites/weefgoed/marketing/records/{receipt}"))!;
            Assert.Equal((receipt, "marketing-subscribed", "back-office"), ((string?)shown["id"], (string?)shown["kind"], (string?)shown["proof"]!["source"]));
            Assert.Equal((string?)(await site.DeclarationAsync())["hash"], (string?)shown["proof"]!["declaration"]);
            Assert.NotNull(shown["text"]!["description"]);
            Assert.DoesNotContain(reader, shown.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        }

        JsonObject? trace = null;
        await Eventually.IsSoAsync("audit tells the story by the id that the check named", async () => (trace = await site.TraceAsync(receipt!)) is not null, TimeSpan.FromSeconds(120));
        Assert.Equal((receipt, receipt), ((string?)trace!["receipt"]!["causedBy"], (string?)trace["cause"]!["eventId"]));
        await Eventually.IsSoAsync("the story begins with the opt-in", async () =>
            (await site.TraceAsync(receipt!))!["story"]!.AsArray().Any(step => (string?)step!["what"] == "opted-in"), TimeSpan.FromSeconds(120));

        var (code, told, errors) = await CommandLine.RunAsync(
            "marketing", "proof", receipt!, "--site", "weefgoed", "--gateway", Product.Gateway.ToString(), "--data", Product.Data);
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Shown to the person:", told, StringComparison.Ordinal);
    }

    private async Task<string?> ReceiptAsync(Site site, string address)
    {
        using var answer = await Product.Client("marketing")
            .PostAsJsonAsync($"/v1/sites/{site.Id}/marketing/check", new { topic = await site.TopicAsync(), addresses = new[] { address } });
        answer.EnsureSuccessStatusCode();
        return (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["results"]![0]!["receipt"];
    }
}
