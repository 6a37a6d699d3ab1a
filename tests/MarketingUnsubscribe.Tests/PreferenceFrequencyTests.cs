using System.Text.Json;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>How often a person wants a topic: chosen on the page of his preferences, and told to who checks.</summary>
public sealed class PreferenceFrequencyTests : PreferenceTest
{
    private const string Field = "frequency.newsletter";

    [Fact]
    public async Task TheChoice_IsTold_WhereTheTopicMayBeSent_OnAnyOfItsChannels()
    {
        await Host.HearAsync(Declaration(), version: 2);
        var page = await Host.PageAsync(await OpenAsync());
        Assert.True(page.Says("<option value=\"\">Telkens als er iets is</option><option value=\"weekly\">Elke week</option><option value=\"monthly\">Elke maand</option>"));
        var saved = await SaveAsync(page, tick: ["newsletter", "newsletter/sms", "offers"], fields: [(Field, "weekly"), ("frequency.offers", "weekly")]);

        Assert.True(saved.Says("<option value=\"weekly\" selected>"));
        Assert.Equal(("weekly", "weekly", null), (await FrequencyAsync(), await FrequencyAsync("newsletter/sms"), await FrequencyAsync("offers")));
        Assert.Equal("weekly", await FrequencyAsync());
        var again = await SaveAsync(saved, fields: [(Field, "monthly")]);
        Assert.Equal("monthly", await FrequencyAsync());
        await SaveAsync(again, untick: ["newsletter"], fields: [(Field, "weekly")]);
        Assert.Equal((null, "weekly"), (await FrequencyAsync(), await FrequencyAsync("newsletter/sms")));
    }

    [Fact]
    public async Task TheChoice_OutlivesWhatIsRecordedSince_AndEndsWithTheWishOrTheOffer()
    {
        await Host.HearAsync(Declaration(), version: 2);
        var saved = await SaveAsync(await Host.PageAsync(await OpenAsync()), tick: ["newsletter"], fields: [(Field, "weekly")]);
        await Host.OneClickAsync(await Host.LinkAsync(Jan, "tips"));
        Assert.Equal("weekly", await FrequencyAsync());
        await Host.HearAsync(Declaration() with { Topics = Sample.Declaration().Topics }, version: 3);
        Assert.Null(await FrequencyAsync());
        await Host.HearAsync(Declaration(), version: 4);
        Assert.Equal("weekly", await FrequencyAsync());
        await SaveAsync(saved, fields: [(Field, "")]);
        Assert.Null(await FrequencyAsync());
    }

    [Theory]
    [InlineData("hourly")]
    [InlineData("<script>")]
    public async Task WhatIsNotOffered_IsNotRecorded(string chosen)
    {
        await Host.HearAsync(Declaration(), version: 2);
        await SaveAsync(await Host.PageAsync(await OpenAsync()), tick: ["newsletter"], fields: [(Field, chosen), ("frequency.no-such-topic", "weekly")]);
        Assert.Null(await FrequencyAsync());
        Assert.Null((await RecordAsync())!.Frequencies);
    }

    [Fact]
    public async Task OfWhatIsNotWanted_NothingIsRecorded()
    {
        await Host.HearAsync(Declaration(), version: 2);
        await SaveAsync(await Host.PageAsync(await OpenAsync()), fields: [(Field, "weekly")]);
        Assert.Null(await RecordAsync());
    }

    [Fact]
    public async Task AnErasure_ForgetsTheChoice()
    {
        await Host.HearAsync(Declaration(), version: 2);
        await SaveAsync(await Host.PageAsync(await OpenAsync()), tick: ["newsletter"], fields: [(Field, "weekly")]);
        await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/erasures", new { address = Jan }, Host.Token());
        Host.Time.Pass(TimeSpan.FromDays(1));
        await Host.ConfirmAsync(Jan);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Assert.Null(await FrequencyAsync());
    }

    private async Task<string?> FrequencyAsync(string topic = "newsletter")
    {
        var answer = await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/check", new { topic, addresses = new[] { Jan } }, Host.Token());
        answer.EnsureSuccessStatusCode();
        return (await answer.JsonAsync()).GetProperty("results")[0].TryGetProperty("frequency", out var frequency) && frequency.ValueKind is JsonValueKind.String
            ? frequency.GetString()
            : null;
    }
}
