using System.Security.Cryptography;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.Data.Sqlite;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The service's own index, which has heard of everything before anybody was answered, and after a restart of all that stands in its files.</summary>
public sealed class AddressIndexTests : HostedTest
{
    private const string Jan = "jan@example.com", Els = "els@example.com";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task WhatWasAnswered_IsKnownAtOnce_AndAfterARestart()
    {
        Assert.Equal(new SendDecision(false, "no-basis"), await IndexedAsync(Jan));
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        await Host.OneClickAsync(await Host.LinkAsync(Els));
        var (optIn, optOut) = (await EntryAsync(Jan), await EntryAsync(Els));

        for (var restarts = 0; restarts < 2; restarts++)
        {
            Assert.Equal(new SendDecision(true, "opted-in", optIn.By), await IndexedAsync(Jan));
            Assert.Equal(new SendDecision(false, "suppressed", optOut.By), await IndexedAsync(Els));
            Assert.Equal(new SendDecision(false, "no-basis"), await IndexedAsync("nobody@example.com"));
            await RestartAsync();
        }

        await Host.OneClickAsync(await Host.LinkAsync(Jan));
        Assert.Equal(new SendDecision(false, "suppressed", (await EntryAsync(Jan)).By), await IndexedAsync(Jan));
    }

    [Fact]
    public async Task WhatTheConsentServiceSaid_IsKnownToo_AndWhatTheTimesDecide_IsForTheStores()
    {
        var no = await HearOfAsync(Els, 1, Decision.Withdrawn);
        await Host.ConfirmAsync(Jan);
        Host.Time.Pass(TimeSpan.FromHours(1));
        await HearOfAsync(Jan, 1, Decision.Given);
        Assert.Equal(new SendDecision(false, "withdrawn", no), await IndexedAsync(Els));
        Assert.Equal(new SendDecision(true, "opted-in", (await EntryAsync(Jan)).By), await IndexedAsync(Jan));

        await HearOfAsync(Jan, 2, Decision.Withdrawn);

        Assert.Null(await IndexedAsync(Jan));
        Assert.Equal("withdrawn", await Host.ReasonAsync(Jan));
        await RestartAsync();
        Assert.Equal(new SendDecision(false, "withdrawn", no), await IndexedAsync(Els));
        Assert.Null(await IndexedAsync(Jan));
    }

    [Fact]
    public async Task WhoIsErased_IsSoInTheIndex_AndAfterARestartForTheStores()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Assert.True((await IndexedAsync(Jan))!.Permitted);
        Host.Time.Pass(TimeSpan.FromHours(1));

        await Host.PostAsync($"/v1/sites/{Sample.Site}/marketing/erasures", new { address = Jan }, Host.Token());

        Assert.Equal("erased", (await IndexedAsync(Jan))!.Reason);
        await RestartAsync();
        // His tombstone names nobody.
        Assert.Null(await IndexedAsync(Jan));
        Assert.Equal("erased", await Host.ReasonAsync(Jan));
        Assert.Equal(new SendDecision(false, "no-basis"), await IndexedAsync(Els));
    }

    [Fact]
    public async Task AnAddressUnderAnOldKey_IsFound_AndUnderTwoKeysIsForTheStores()
    {
        var link = await Host.LinkAsync(Jan);
        await Host.SubscribeAsync(Els, confirmedAt: Host.Time.Is);
        Host.Keys.Succeed($"address-{Sample.Controller}");
        Assert.True((await IndexedAsync(Els))!.Permitted);
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Assert.True((await IndexedAsync(Jan))!.Permitted);

        await HearOfAsync(Jan, 1, Decision.Given, version: 0);
        await HearOfAsync(Jan, 1, Decision.Withdrawn, version: 1);

        Assert.Null(await IndexedAsync(Jan));
        await Host.OneClickAsync(link);
        Assert.Equal("suppressed", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task ADeclarationThatChanges_CountsAtOnce()
    {
        await Host.SubscribeAsync(Jan, confirmedAt: Host.Time.Is);
        Assert.True((await IndexedAsync(Jan))!.Permitted);
        var changed = Sample.WithAnotherMeaning(Sample.Declaration());
        await Host.HearAsync(changed, version: 2);

        Assert.Equal("ask-again", (await IndexedAsync(Jan, changed))!.Reason);
        Assert.Equal("ask-again", await Host.ReasonAsync(Jan));
        Assert.Equal("retired-site", (await IndexedAsync(Jan, changed with { Retired = true }))!.Reason);
    }

    [Fact]
    public async Task AReceiptThatCannotBeRead_IsForTheStores()
    {
        await HearOfAsync(Jan, 1, Decision.Given);
        Assert.True((await IndexedAsync(Jan))!.Permitted);
        using (var file = new SqliteConnection($"Data Source={Path.Combine(Host.Folder, MarketingUnsubscribeSetup.Service, "subscriber.db")};Pooling=False"))
        {
            file.Open();
            using var command = file.CreateCommand();
            command.CommandText = "UPDATE receipts SET body = x'7B'";
            Assert.Equal(1, command.ExecuteNonQuery());
        }
        await RestartAsync();

        Assert.Null(await IndexedAsync(Jan));
        Assert.Equal("unreadable", await Host.ReasonAsync(Jan));
        Assert.Equal(new SendDecision(false, "no-basis"), await IndexedAsync(Els));
        await HearOfAsync(Jan, 2, Decision.Given);
        Assert.True((await IndexedAsync(Jan))!.Permitted);
    }

    [Fact]
    public void AMillionSuppressedAddresses_TakeAtMost64BytesEach_AlsoWithTheirReceipts()
    {
        var (index, at) = (new AddressIndex(), Sample.Noon);
        for (var i = 1; i <= 1_000_000; i++)
        {
            var (subject, id) = ($"a1-{Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i)))}", $"{i:x32}");
            index.SetOwn(Sample.Site, subject, new Dictionary<string, TopicEntry> { ["newsletter"] = new(TopicStatus.Suppressed, at, null, id) });
            var no = new PurposeDecision(Decision.Withdrawn, at, 1, null, null, null, at);
            if (i % 2 == 0) index.SetHeld(Sample.Site, subject, Sample.Receipt(subject, 1, ("newsletter", no)));
            if (i >= 500_000 && i % 25_000 == 0) Assert.InRange((double)index.Bytes / i, 40, 64);
        }
    }

    [Fact]
    public void WhoWantsNothingAnyMore_IsOfOneKind_WhateverTheOthersWereTold_AndTakesOneCell()
    {
        const int Count = 200_000;
        var (index, ring, inForce) = (new AddressIndex(), KeyRing.Empty.With(new byte[KeyRing.KeyBytes]), Sample.Published(Sample.Declaration()));
        for (var i = 1; i <= Count; i++)
        {
            var entry = new TopicEntry(TopicStatus.Suppressed, Sample.Noon, null, $"{i:x32}", TopicEntry.Complained);
            index.SetOwn(Sample.Site, ring.AddressId($"{i}@example.com"), new Dictionary<string, TopicEntry>
            {
                ["newsletter"] = entry with { By = $"{i + Count:x32}" },
                ["newsletter/sms"] = entry with { By = $"{i + Count:x32}" },
                [MarketingRecord.Everything] = entry with { Told = ["marketing"], Repeats = i % 5000 },
            });
        }
        Assert.InRange((double)index.Bytes / Count, 40, 64);
        var unproven = new TopicEntry(TopicStatus.Unproven, Sample.Noon, null, $"{1:x32}");
        index.SetOwn(Sample.Site, ring.AddressId("piet@example.com"), new Dictionary<string, TopicEntry> { ["newsletter"] = unproven });
        var answers = new AddressIndexAnswers(
            index, ring, Sample.Site, "newsletter", "marketing", Sample.Noon,
            (own, held, isRelated) => MaySend.Decide(own, held, inForce, "newsletter", Sample.Noon, isRelated: isRelated));
        answers.Begin();

        Assert.Equal(new SendDecision(false, "complained", $"{7:x32}"), answers.Of("7@example.com"));
        Assert.Equal("unproven", answers.Of("piet@example.com")?.Reason);
    }

    [Fact]
    public void WhoStoppedEverythingHimself_TakesACellForEachTopicAndPurpose_AndOneForEverything()
    {
        const int Count = 100_000;
        var (index, ring, inForce) = (new AddressIndex(), KeyRing.Empty.With(new byte[KeyRing.KeyBytes]), Sample.Published(Sample.Declaration()));
        string[] topics = ["newsletter", "offers", "tips", MarketingRecord.Everything], decided = [.. topics, "marketing", "customer-news"];
        for (var i = 1; i <= Count; i++)
        {
            // As it is recorded, and as the consent service tells it then: of each topic, of each purpose and of everything.
            var (subject, record) = (ring.AddressId($"{i}@example.com"), $"{i:x32}");
            index.SetOwn(Sample.Site, subject, topics.ToDictionary(topic => topic, _ => new TopicEntry(TopicStatus.Suppressed, Sample.Noon, null, record)));
            index.SetHeld(Sample.Site, subject, Sample.Receipt(subject, 1, [.. decided.Select(id => (id, new PurposeDecision(Decision.Withdrawn, Sample.Noon, 1, null, null, null, Sample.Noon)))]));
        }
        Assert.InRange((double)index.Bytes / Count / decided.Length, 40, 64);
        var answers = new AddressIndexAnswers(
            index, ring, Sample.Site, "newsletter", "marketing", Sample.Noon,
            (own, held, isRelated) => MaySend.Decide(own, held, inForce, "newsletter", Sample.Noon, isRelated: isRelated));
        answers.Begin();

        Assert.Equal(new SendDecision(false, "suppressed", $"{7:x32}"), answers.Of("7@example.com"));
    }

    [Fact]
    public void KindsThatAreTooMany_AreForTheStores()
    {
        var (index, ring) = (new AddressIndex(), KeyRing.Empty.With(new byte[KeyRing.KeyBytes]));
        var proof = OptInProof.On(Sample.Published(Sample.Declaration()), Sample.Declaration().Topics[0], "nl", "form", Sample.Noon);
        for (var i = 0; i < 5000; i++)
        {
            index.SetOwn(Sample.Site, ring.AddressId($"{i}@example.com"), new Dictionary<string, TopicEntry>
            {
                ["newsletter"] = new(TopicStatus.Subscribed, Sample.Noon, proof with { Meaning = $"{i}" }, $"{i:x32}"),
            });
        }
        var answers = new AddressIndexAnswers(index, ring, Sample.Site, "newsletter", "marketing", Sample.Noon, (own, _, _) => new SendDecision(own.Count > 0, "known"));
        answers.Begin();

        Assert.True(answers.Of("0@example.com")!.Permitted);
        Assert.Null(answers.Of("4999@example.com"));
        Assert.False(answers.Of("5000@example.com")!.Permitted);
    }

    /// <summary>What the index alone answers, of the newsletter; null where the stores have to be asked.</summary>
    private async Task<SendDecision?> IndexedAsync(string address, Declaration? declared = null)
    {
        await Host.Index.Built.WaitAsync(_patience);
        Assert.True(await Host.Index.IsCurrentAsync(default));
        var inForce = Sample.Published(declared ?? Sample.Declaration());
        var answers = Host.Index.AnswersFor(
            inForce, Host.Keys.Addresses(Sample.Controller), TopicOnChannel.Find(inForce.Declaration, "newsletter", null)!, Host.Time.Is,
            (own, held, isRelated) => MaySend.Decide(own, held, inForce, "newsletter", Host.Time.Is, isRelated: isRelated));
        answers.Begin();
        return answers.Of(address);
    }

    private async Task<TopicEntry> EntryAsync(string address) =>
        (await Host.Records.LatestAsync(Sample.Site, Host.Keys.Addresses(Sample.Controller).AddressId(address), default))!.Topics["newsletter"];

    /// <param name="version">Of the key: the newest is 0.</param>
    private async Task<string> HearOfAsync(string address, long receiptVersion, Decision status, int version = 0)
    {
        var subject = Host.Keys.Addresses(Sample.Controller).AddressIds(address)[version];
        var receipt = Sample.Receipt(subject, receiptVersion, ("newsletter", Sample.Decided(Sample.Declaration(), "newsletter", status, Host.Time.Is)));
        await Host.HearAsync(new ConsentChanged(RandomId.New(), Host.Time.Is, receipt));
        return receipt.Id;
    }
}
