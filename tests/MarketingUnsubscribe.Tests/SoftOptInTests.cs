using System.Text;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A soft opt-in is one by its four facts, permits what the rule of the moment lets it, lifts nothing, and is told to nobody.</summary>
public sealed class SoftOptInTests : HostedTest
{
    private const string Jan = "jan@example.com";
    private const string Route = "/v1/sites/orchard/marketing/subscriptions";
    private static readonly string[] Facts = ["obtainedInSale", "sameLegalEntity", "ownSimilarProducts", "optOutOfferedAtCollection"];
    private static readonly DateTimeOffset Sale = Sample.Noon.AddMonths(-2);

    [Fact]
    public async Task WithItsFourFacts_ItIsPermitted_AndToldToNobody()
    {
        Assert.Equal("soft-opt-in", await StateAsync(Stated(Jan)));
        Assert.Equal("soft-opt-in", await Host.ReasonAsync(Jan));

        var record = await LatestAsync(Jan);
        Assert.Equal((MarketingRecord.SoftOptIn, "soft-opt-in", "developer"), (record!.Kind, record.Action, record.Proof!.StatedBy));
        Assert.Equal(new SoftOptInFact(true, Sale, "order 2026-118"), record.Topics["newsletter"].Proof!.SoftOptIn!.ObtainedInSale);
        await Host.SubscribeAsync("els@example.com", confirmedAt: Host.Time.Is);
        Assert.Equal(SubjectOf("els@example.com"), Assert.Single(await Host.Sent.WaitForAsync<MarketingSubscribed>(1)).SubjectId);
    }

    [Fact]
    public async Task WithoutOneOfThem_ItIsNoted_AndIsNoBasis()
    {
        foreach (var fact in Facts)
        {
            var name = fact.ToLowerInvariant();
            var (missing, denied) = (Stated($"missing-{name}@example.com"), Stated($"denied-{name}@example.com"));
            missing.Remove(fact);
            denied[fact] = new { holds = false, at = Sale, evidence = "order 2026-118" };
            foreach (var body in (Dictionary<string, object?>[])[missing, denied])
            {
                Assert.Equal("no-basis", await StateAsync(body));
                Assert.Equal(MarketingRecord.SoftOptIn, (await LatestAsync((string)body["address"]!))!.Kind);
                Assert.Equal("no-basis", await Host.ReasonAsync((string)body["address"]!));
            }
        }

        var unshown = Stated(Jan);
        unshown["obtainedInSale"] = new { holds = true, at = Sale };
        Assert.Equal("no-basis", await StateAsync(unshown));
        Assert.Equal("no-basis", await StateAsync(new() { ["address"] = "els@example.com", ["topic"] = "newsletter", ["basis"] = "soft-opt-in" }));
        Assert.Equal("soft-opt-in", await StateAsync(Stated(Jan)));
    }

    [Fact]
    public async Task OnTheTelephone_TheDutchRule_EndsOnTheFirstOfJuly2026()
    {
        await Host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Phone), version: 2);
        Assert.Equal("soft-opt-in", await StateAsync(Stated("06 12345678", "phone")));
        await StateAsync(Stated(Jan));

        Host.Time.Is = new DateTimeOffset(2026, 6, 30, 21, 59, 59, TimeSpan.Zero);
        Assert.Equal("soft-opt-in", await Host.ReasonAsync("+31612345678", channel: "phone"));
        Host.Time.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(("no-basis", "soft-opt-in"), (await Host.ReasonAsync("+31612345678", channel: "phone"), await Host.ReasonAsync(Jan)));
        Assert.Equal("no-basis", await StateAsync(Stated("06 87654321", "phone")));

        await Host.PostAsync(Route, new { address = "+31612345678", topic = "newsletter", channel = "phone", confirmedAt = Host.Time.Is }, Host.Token());
        Assert.Equal("opted-in", await Host.ReasonAsync("+31612345678", channel: "phone"));
    }

    [Fact]
    public async Task ItLiftsNothing_GivesWayToAnOptIn_AndTakesThePlaceOfNone()
    {
        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Host.Time.Pass(TimeSpan.FromDays(1));
        Assert.Equal("suppressed", await StateAsync(Stated(Jan)));

        await StateAsync(Stated("els@example.com"));
        await Host.SubscribeAsync("els@example.com", confirmedAt: Host.Time.Is);
        await StateAsync(Stated("els@example.com"));
        Assert.Equal("opted-in", await Host.ReasonAsync("els@example.com"));

        await StateAsync(Stated("piet@example.com"));
        await Host.OneClickAsync(await Host.LinkAsync("piet@example.com"));
        Assert.Equal("suppressed", await Host.ReasonAsync("piet@example.com"));

        await StateAsync(Stated("kees@example.com"));
        var no = Sample.Decided(Sample.Declaration(), "newsletter", Decision.Withdrawn, Sample.Noon);
        await Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, Sample.Receipt(SubjectOf("kees@example.com"), 1, ("newsletter", no))));
        Assert.Equal("withdrawn", await Host.ReasonAsync("kees@example.com"));
        Assert.Equal("suppressed", await StateAsync(Stated("kees@example.com")));
    }

    [Fact]
    public async Task WhatCannotBeOne_IsRefused()
    {
        foreach (var (member, value) in new (string, object?)[]
            {
                ("basis", "magic"), ("basis", null), ("basis", "opt-in"), ("evidence", "sign-up log 7"), ("confirmedAt", Sale), ("optedInAt", Sale),
                ("sameLegalEntity", new { holds = true, at = Sample.Noon.AddDays(1) }), ("sameLegalEntity", new { holds = true, at = Sample.Noon.AddYears(-50) }),
                ("obtainedInSale", new { holds = true, at = Sale, evidence = "the mail of piet@elsewhere.example" }), ("obtainedInSale", new { holds = true, at = Sale, evidence = "order" }),
            })
        {
            var body = Stated(Jan);
            body[member] = value;
            await (await Host.PostAsync(Route, body, Host.Token())).AssertProblemAsync(422, "invalid-proof", secret: Jan);
        }
        await (await Host.PostAsync(Route, Stated(Jan))).AssertProblemAsync(401, "token-needed");
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ARowOfAnImport_StatesOneToo_AndComesInAfterAllOnceItIsWhole()
    {
        var missing = Stated(Jan);
        missing.Remove("sameLegalEntity");
        Assert.Equal([ImportedRows.Sums(rows: 2, recorded: 1, known: 1, unproven: 1)], await Host.ImportAsync(Row(missing), Row(missing)));
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
        Assert.Equal([ImportedRows.Sums(rows: 2, recorded: 1, known: 1)], await Host.ImportAsync(Row(Stated(Jan)), Row(Stated(Jan))));
        Assert.Equal("soft-opt-in", await Host.ReasonAsync(Jan));

        await Host.OneClickAsync(await Host.LinkAsync("els@example.com"));
        Assert.Contains("suppressed", (await Host.ImportAsync(Row(Stated("els@example.com"))))[0], StringComparison.Ordinal);
        Assert.Contains("basis", (await Host.ImportAsync(Row(Stated("piet@example.com")).Replace("soft-opt-in", "magic", StringComparison.Ordinal)))[0], StringComparison.Ordinal);

        static string Row(Dictionary<string, object?> stated) =>
            Encoding.UTF8.GetString(ContractJson.Write(new Dictionary<string, object?>(stated) { ["reference"] = "row-17" }));
    }

    private static Dictionary<string, object?> Stated(string address, string channel = "email") => new()
    {
        ["address"] = address,
        ["topic"] = "newsletter",
        ["channel"] = channel,
        ["basis"] = "soft-opt-in",
        ["obtainedInSale"] = new { holds = true, at = Sale, evidence = "order 2026-118" },
        ["sameLegalEntity"] = new { holds = true },
        ["ownSimilarProducts"] = new { holds = true },
        ["optOutOfferedAtCollection"] = new { holds = true, at = Sale, evidence = "checkout form, version 12" },
    };

    private async Task<string?> StateAsync(Dictionary<string, object?> body)
    {
        var answer = await Host.PostAsync(Route, body, Host.Token());
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.JsonAsync()).GetProperty("status").GetString();
    }

    private string SubjectOf(string address) => Host.Keys.Addresses(Sample.Controller).AddressId(address);

    private Task<MarketingRecord?> LatestAsync(string address) => Host.Records.LatestAsync(Sample.Site, SubjectOf(address), default).AsTask();
}
