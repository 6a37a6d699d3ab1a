using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Whoever was told that an address may be mailed can show why, and an auditor can see it: the proof, and the texts of which it has the hashes.</summary>
public sealed partial class ReadProofTests : ConfirmingTest
{
    private const string Marketing = $"/v1/sites/{Sample.Site}/marketing";

    [Fact]
    public async Task TheReceiptOfACheck_LeadsToTheProofOfBothSteps_AndToTheMailThatWasSent()
    {
        var link = await AskAsync();
        Host.Time.Pass(TimeSpan.FromHours(2));
        await PressAsync(link);

        var receipt = await ReceiptAsync();
        var shown = await ReadAsync(receipt);

        Assert.Equal((receipt, "marketing-subscribed", "newsletter"), (TextIn(shown, "id"), TextIn(shown, "kind"), TextIn(shown, "topic")));
        var proof = shown.GetProperty("proof");
        Assert.Equal((Sample.Noon, Host.Time.Is), (proof.GetProperty("requestedAt").GetDateTimeOffset(), proof.GetProperty("confirmedAt").GetDateTimeOffset()));
        Assert.Equal(PublishedDeclaration.HashOf(Sample.Declaration()), TextIn(proof, "declaration"));
        Assert.Equal(("Nieuws uit de boomgaard", "Elke maand een nieuwsbrief."), (TextIn(shown.GetProperty("text"), "name"), TextIn(shown.GetProperty("text"), "description")));
        Assert.Equal(HashOf(shown.GetProperty("text")), TextIn(proof, "textHash"));

        var hash = TextIn(proof, "mailHash");
        Assert.Equal((hash, hash), (Sent(Assert.Single(Mail.Taken)).Hash, HashOf(shown.GetProperty("mail"))));
        Assert.Equal(hash, Assert.Single(await Host.Sent.WaitForAsync<MarketingSubscribed>(1)).MailHash);
        foreach (var personal in (string[])[Jan, Host.Keys.Addresses(Sample.Controller).AddressId(Jan)])
            Assert.DoesNotContain(personal, shown.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task EachTextOfAMail_IsKeptOnce_UnderTheHashOfItsBytes()
    {
        foreach (var (address, topic) in ((string, string)[])[(Jan, "newsletter"), ("piet@example.com", "newsletter"), ("els@example.com", "offers")]) await AskAsync(address, topic);
        using var form = new FormUrlEncodedContent([new("address", "joop@example.com")]);
        await Host.SendAsync($"/preferences/{Sample.Site}?language=nl", form);

        var kept = await Host.Get<IServiceProvider>().GetRequiredKeyedService<IRecordLog>(MarketingUnsubscribeSetup.Service).NamedFeedAsync("mail-text/", 0, 100);

        Assert.Equal(4, Mail.Taken.Count);
        Assert.Equal(Mail.Taken.Select(taken => $"mail-text/{Sent(taken).Hash}").Distinct().Order(), kept.Select(text => text.Stream).Order());
        Assert.All(kept, text => Assert.Equal($"mail-text/{Convert.ToHexStringLower(SHA256.HashData(text.Payload.Span))}", text.Stream));
        Assert.Equal(3, kept.Count);
    }

    [Fact]
    public async Task WhatAControllerStates_IsShownWithItsEvidence_AndASoftOptInWithItsFourFacts()
    {
        await Host.PostAsync($"{Marketing}/subscriptions", new { address = Jan, topic = "newsletter", optedInAt = Sample.Noon.AddDays(-9), evidence = "paper form 118" }, Host.Token());
        var proof = (await ReadAsync(await ReceiptAsync())).GetProperty("proof");
        Assert.Equal(("paper form 118", "developer"), (TextIn(proof, "evidence"), TextIn(proof, "statedBy")));

        var fact = new { holds = true, at = Sample.Noon.AddMonths(-2), evidence = "order 2026-118" };
        await Host.PostAsync(
            $"{Marketing}/subscriptions",
            new
            {
                address = "els@example.com",
                topic = "offers",
                basis = "soft-opt-in",
                obtainedInSale = fact,
                sameLegalEntity = fact,
                ownSimilarProducts = fact,
                optOutOfferedAtCollection = fact,
            },
            Host.Token());
        var soft = (await ReadAsync(await ReceiptAsync("els@example.com", "offers"))).GetProperty("proof").GetProperty("softOptIn");
        foreach (var name in (string[])["obtainedInSale", "sameLegalEntity", "ownSimilarProducts", "optOutOfferedAtCollection"])
            Assert.Equal("order 2026-118", TextIn(soft.GetProperty(name), "evidence"));
    }

    [Fact]
    public async Task AnOptOut_HasNoProof_AndOneThatIsTakenBack_ThatOfTheOptInWhichHoldsAgain()
    {
        await PressAsync(await AskAsync());
        Host.Time.Pass(TimeSpan.FromMinutes(1));
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), "Meld mij af");
        var stopped = await ReadAsync(await ReceiptAsync());
        Assert.Equal(("marketing-unsubscribed", false), (TextIn(stopped, "kind"), stopped.TryGetProperty("proof", out _)));

        await Host.PressAsync(done, "Maak ongedaan");
        var undone = await ReadAsync(Assert.Single(await Host.Sent.WaitForAsync<MarketingUnsubscribeUndone>(1)).Id);
        Assert.Equal(Sample.Noon, undone.GetProperty("proof").GetProperty("confirmedAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task WhatIsUnknown_OfAnotherSite_OrOfAnErasedPerson_IsAnsweredAlike()
    {
        await PressAsync(await AskAsync());
        var proven = await ReceiptAsync();
        await Host.HearAsync(Sample.Declaration(site: "vineyard"));
        await Host.PostAsync("/v1/sites/vineyard/marketing/subscriptions", new { address = Jan, topic = "newsletter", confirmedAt = Host.Time.Is }, Host.Token());
        var elsewhere = (await Host.Records.LatestAsync("vineyard", Host.Keys.Addresses(Sample.Controller).AddressId(Jan), default))!.Topics["newsletter"].By!;
        Host.Time.Pass(TimeSpan.FromHours(1));
        Assert.Equal(200, (int)(await AnswerAsync(proven, Host.Token())).StatusCode);

        await Host.PostAsync($"{Marketing}/erasures", new { address = Jan }, Host.Token());

        Assert.Equal("erased", await Host.ReasonAsync(Jan));
        var bodies = new HashSet<string>();
        foreach (var id in (string[])[proven, await ReceiptAsync(), elsewhere, new string('0', 32), "x"])
        {
            var answer = await AnswerAsync(id, Host.Token());
            await answer.AssertProblemAsync(404, "unknown-record", Jan);
            bodies.Add(await answer.Content.ReadAsStringAsync());
        }
        Assert.Single(bodies);
    }

    [Fact]
    public async Task MarketingAndAuditorsOfTheSite_SeeIt_AndNobodyElse()
    {
        await PressAsync(await AskAsync());
        var receipt = await ReceiptAsync();
        foreach (var scope in (string[])["marketing", "audit"]) Assert.Equal(200, (int)(await AnswerAsync(receipt, Host.Token(scope))).StatusCode);
        await (await AnswerAsync(receipt, null)).AssertProblemAsync(401, "token-needed");
        await (await AnswerAsync(receipt, Host.Token("consent"))).AssertProblemAsync(403, "scope-needed");
        await (await AnswerAsync(receipt, Host.Token("audit", "another-ltd"))).AssertProblemAsync(404, "unknown-site");

        // What was agreed to with another controller, who had the site before, is not the new one's to show.
        await Host.HearAsync(Sample.Declaration(controller: "another-ltd"), version: 2);
        await (await AnswerAsync(receipt, Host.Token("audit", "another-ltd"))).AssertProblemAsync(404, "unknown-record");
    }

    /// <summary>What a check tells of the address.</summary>
    private async Task<string> ReceiptAsync(string address = Jan, string topic = "newsletter")
    {
        var answer = await Host.PostAsync($"{Marketing}/check", new { topic, addresses = new[] { address } }, Host.Token());
        return TextIn((await answer.JsonAsync()).GetProperty("results")[0], "receipt");
    }

    private async Task<JsonElement> ReadAsync(string id)
    {
        var answer = await AnswerAsync(id, Host.Token());
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        return await answer.JsonAsync();
    }

    private async Task<HttpResponseMessage> AnswerAsync(string id, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Marketing}/records/{id}");
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Host.Client.SendAsync(request);
    }

    private static string TextIn(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static string HashOf(JsonElement shown) => CanonicalJson.Hash(JsonNode.Parse(shown.GetRawText()));

    /// <summary>What the mail server received, without the links, which are everybody's own.</summary>
    private static MailText Sent(TakenMail taken) => new(taken.Mail.Subject!, LinkIn().Replace(taken.Mail.TextBody!.ReplaceLineEndings("\n").TrimEnd('\n') + "\n", ""));

    [GeneratedRegex("https://opt-out\\.example/[cup]/[A-Za-z0-9_-]+")]
    private static partial Regex LinkIn();
}
