using System.Net;
using Consent.Contracts;
using static Consent.MarketingUnsubscribe.Tests.ImportedRows;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Where the controller said that an e-mail address and a number are one person's, what he stops under the one ends under the other.</summary>
public sealed class SamePersonTests : PreferenceTest
{
    private const string Number = "+31612345678";
    private const string Piet = "piet@example.com";
    private const string Base = $"/v1/sites/{Sample.Site}/marketing";

    [Fact]
    public async Task AnObjection_ReachesTheNumber_AsARecordOfItsOwn_WhichIsTold()
    {
        await DeclareAsync();
        Assert.Equal("subscribed", await StateAsync(Number, alsoKnownAs: Jan));

        await SaveAsync(await Host.PageAsync(await OpenAsync()), fields: [("objection", "yes")]);

        Assert.Equal("suppressed", await Host.ReasonAsync(Number, channel: "sms"));
        // The stores say what the index says.
        Assert.Equal("suppressed", (await Host.Get<OptIns>().DecideAsync(Sample.Published(Declaration(), 2), Number, "newsletter/sms", default)).Reason);
        var told = (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(7)).Where(e => e.SubjectId == IdOf(Number)).ToList();
        Assert.All(told, e => Assert.Equal("objection", e.Action));
        // No e-mail goes to a number.
        Assert.Equal(["customer-news", "marketing", "newsletter/sms"], told.SelectMany(e => e.Topics).Order(StringComparer.Ordinal));
        Assert.Equal((await RecordAsync(Number))!.Topics[MarketingRecord.Everything].By, told.Single(e => e.Topics.Contains("marketing")).Id);
    }

    [Fact]
    public async Task NothingAnyMore_ReachesTheNumber_AndOneThatNobodyNoted_ItDoesNot()
    {
        await DeclareAsync();
        await StateAsync(Number, alsoKnownAs: Jan);
        await StateAsync("+31687654321");
        await SaveAsync(await Host.PageAsync(await OpenAsync()), fields: [("everything", "yes")]);
        Assert.Equal(("suppressed", "opted-in"), (await Host.ReasonAsync(Number, channel: "sms"), await Host.ReasonAsync("+31687654321", channel: "sms")));
    }

    [Fact]
    public async Task ABoxThatIsUnticked_EndsTheTopicForTheNumber_AndTickedAgain_ItBringsBackNothingThere()
    {
        await DeclareAsync();
        await StateAsync(Jan, alsoKnownAs: Number);
        await StateAsync(Number);
        await StateAsync(Jan, channel: "email");

        var saved = await SaveAsync(await Host.PageAsync(await OpenAsync()), untick: ["newsletter/sms"]);
        Assert.Equal(("suppressed", "suppressed", "opted-in"), (await SmsAsync(Jan), await SmsAsync(Number), await Host.ReasonAsync(Jan)));
        Assert.Equal("preferences", (await RecordAsync(Number))!.Action);

        await SaveAsync(saved, tick: ["newsletter/sms"]);
        Assert.Equal(("opted-in", "suppressed"), (await SmsAsync(Jan), await SmsAsync(Number)));
    }

    [Fact]
    public async Task EverythingOnTheLinkOfTheNumber_ReachesTheAddress_UndoTakesBackBoth_AndNoPageTellsOfIt()
    {
        await DeclareAsync();
        await StateAsync(Jan, channel: "email", alsoKnownAs: Number);
        await StateAsync(Number);
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Number, channel: "sms")), "Meld mij af");
        Assert.Equal(("suppressed", "opted-in"), (await SmsAsync(Number), await Host.ReasonAsync(Jan)));

        var all = await Host.PressAsync(done, "name=\"everything\"");
        Assert.Equal(("suppressed", "suppressed"), (await SmsAsync(Number), await Host.ReasonAsync(Jan)));

        var undone = await Host.PressAsync(all, "Maak ongedaan");
        Assert.Equal(("opted-in", "opted-in"), (await SmsAsync(Number), await Host.ReasonAsync(Jan)));
        var told = await Host.Sent.WaitForAsync<MarketingUnsubscribeUndone>(10);
        foreach (var address in (string[])[Jan, Number]) Assert.Contains("newsletter/sms", told.Where(e => e.SubjectId == IdOf(address)).SelectMany(e => e.Topics));
        foreach (var page in (string[])[done, all, undone]) Assert.False(page.Says("j…@e….com"));
    }

    [Fact]
    public async Task WhatTheAddressHadStoppedBefore_IsNotOfferedToBeTakenBack_ForTheSakeOfTheNumber()
    {
        await DeclareAsync();
        await StateAsync(Jan, alsoKnownAs: Number);
        await StateAsync(Number);
        var link = await Host.LinkAsync(Jan, channel: "sms");
        var page = await Host.PageAsync(link);
        await Host.OneClickAsync(link);
        Assert.Equal(("suppressed", "opted-in"), (await SmsAsync(Jan), await SmsAsync(Number)));

        Assert.False((await Host.PressAsync(page, "Meld mij af")).Says("Maak ongedaan"));

        Assert.Equal(("suppressed", true), (await SmsAsync(Number), (await RecordAsync(Number))!.Topics["newsletter/sms"].IsFinal(Host.Time.Is)));
    }

    [Fact]
    public async Task OneClick_AComplaint_AndABounce_AreAboutTheirAddressAlone()
    {
        await DeclareAsync();
        await StateAsync(Jan, alsoKnownAs: Number);
        await StateAsync(Number);
        await Host.OneClickAsync(await Host.LinkAsync(Jan, channel: "sms"));
        foreach (var cause in (string[])["complained", "bounced"]) await OptOutAsync(new { addresses = new[] { Jan }, cause });
        Assert.Equal("opted-in", await SmsAsync(Number));
    }

    [Fact]
    public async Task AnOptOutOfEverything_ThatIsStated_ReachesTheOther_AndRepeated_RecordsNothingMore()
    {
        await DeclareAsync();
        await StateAsync(Number, alsoKnownAs: Jan);
        Host.Time.Pass(TimeSpan.FromHours(1));
        var said = new { optOuts = new[] { new { address = Jan, optedOutAt = Host.Time.Is.AddMinutes(-5) } }, source = "call-centre" };
        for (var i = 0; i < 2; i++)
        {
            await OptOutAsync(said);
            await OptOutAsync(new { addresses = new[] { Jan } });
        }
        Assert.Equal("suppressed", await SmsAsync(Number));
        Assert.Equal(2, (await Host.Sent.WaitForAsync<MarketingUnsubscribed>(7)).Count(e => e.SubjectId == IdOf(Number)));
    }

    [Fact]
    public async Task WhatHeStoppedBefore_IsCarriedOver_WhenItIsNoted_AlsoByAnImport()
    {
        await DeclareAsync();
        await SaveAsync(await Host.PageAsync(await OpenAsync()), fields: [("objection", "yes")]);
        Host.Time.Pass(TimeSpan.FromDays(1));

        Assert.Equal("suppressed", await StateAsync(Number, alsoKnownAs: Jan));
        var told = await Host.ImportAsync(BySms("06-87654321", Jan));

        Assert.Equal(Sums(rows: 1, refused: 1), told[^1]);
        foreach (var number in (string[])[Number, "+31687654321"])
        {
            Assert.Equal("suppressed", await SmsAsync(number));
            var all = (await RecordAsync(number))!.Topics[MarketingRecord.Everything];
            Assert.Equal(((await RecordAsync())!.Topics[MarketingRecord.Everything].At, null), (all.At, all.Cause));
        }
    }

    [Fact]
    public async Task WhatCanStillBeTakenBack_IsCarriedWhenItCannotBeAnyMore()
    {
        await DeclareAsync();
        await StateAsync(Jan, channel: "email");
        var done = await Host.PressAsync(await Host.PageAsync(await Host.LinkAsync(Jan)), "Meld mij af");
        await Host.PressAsync(done, "name=\"everything\"");
        Assert.Equal("subscribed", await StateAsync(Number, alsoKnownAs: Jan));

        Assert.Equal("opted-in", await SmsAsync(Number));
        Host.Time.Pass(TimeSpan.FromMinutes(11));
        Assert.Equal("suppressed", await StateAsync(Number, alsoKnownAs: Jan));
    }

    [Fact]
    public void WhatIsCarried_HeSaidHimself_SinceHisLastYes_AndDidNotTakeBack_HoweverItWasSaidAgain()
    {
        var page = Said("1", MarketingRecord.Unsubscribed, "unsubscribe-page");
        var oneClick = Said("2", MarketingRecord.Unsubscribed, "one-click-unsubscribe");
        Assert.Equal(page.Said, SaidByThePerson.Newest([page, oneClick], "newsletter"));
        Assert.Null(SaidByThePerson.Newest([oneClick, Said("3", MarketingRecord.Unsubscribed, "unsubscribe-page"), Said("4", MarketingRecord.Undone, "undo", undoes: "3")], "newsletter"));
        Assert.Null(SaidByThePerson.Newest([page, Said("5", MarketingRecord.Subscribed, "confirmed-subscribe"), oneClick], "newsletter"));
        Assert.Null(SaidByThePerson.Newest([Said("6", MarketingRecord.Unsubscribed, PreferenceDecisions.LeftUnticked)], "newsletter"));
        var all = Said("7", MarketingRecord.Unsubscribed, "unsubscribe-page", MarketingRecord.Everything);
        Assert.Equal(all.Said, SaidByThePerson.Newest([all, Said("8", MarketingRecord.Unsubscribed, "feedback-report", MarketingRecord.Everything)], MarketingRecord.Everything));
    }

    [Fact]
    public async Task WhatWasPressedByOneClick_OrIsTheOthersOwnYes_IsNotCarriedOver()
    {
        await DeclareAsync();
        await Host.OneClickAsync(await Host.LinkAsync(Piet, channel: "sms"));
        Assert.Equal("subscribed", await StateAsync(Number, alsoKnownAs: Piet));
        await OptOutAsync(new { addresses = new[] { "+31687654321" } });
        Host.Time.Pass(TimeSpan.FromHours(1));
        await Host.ConfirmAsync(Jan);
        await StateAsync("+31687654321", alsoKnownAs: Jan);
        Assert.Equal(("opted-in", "suppressed"), (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Jan, "offers")));
    }

    [Fact]
    public async Task ARowOfAnImport_NotesIt_AndOneThatNamesNoOther_IsRefused()
    {
        await DeclareAsync();
        var told = await Host.ImportAsync(BySms("06 12345678", Jan), BySms("06-87654321", "nonsense"), BySms("06-87654321", "0031687654321"));
        Assert.Equal(Sums(rows: 3, recorded: 1, refused: 2), told[^1]);
        Assert.All(told[..^1], line => Assert.Contains("alsoKnownAs", line, StringComparison.Ordinal));
        await SaveAsync(await Host.PageAsync(await OpenAsync()), fields: [("everything", "yes")]);
        Assert.Equal("suppressed", await SmsAsync(Number));
    }

    [Fact]
    public async Task Erased_EitherIsForgottenUnderTheOther_WhoseOtherNotesAndRecordsStay_AndIsNotNotedAnew()
    {
        await DeclareAsync();
        await StateAsync(Number, alsoKnownAs: Jan);
        await StateAsync(Number, alsoKnownAs: Piet);
        Assert.Equal([IdOf(Jan), IdOf(Piet)], await OthersOfAsync(Number));

        Assert.True((await Host.PostAsync($"{Base}/erasures", new { address = Jan }, Host.Token())).IsSuccessStatusCode);
        Host.Time.Pass(TimeSpan.FromMinutes(1));
        await StateAsync(Number, alsoKnownAs: Jan);

        Assert.Equal([IdOf(Piet)], await OthersOfAsync(Number));
        Assert.Empty(await OthersOfAsync(Jan));
        Assert.Equal(("opted-in", "erased"), (await SmsAsync(Number), await SmsAsync(Jan)));
        await OptOutAsync(new { addresses = new[] { Number } });
        Assert.Equal("suppressed", await SmsAsync(Piet));
    }

    [Fact]
    public async Task WhoHasElevenOthers_IsNotOnePerson()
    {
        await DeclareAsync();
        for (var i = 0; i < 10; i++) await StateAsync($"reader-{i}@example.com", alsoKnownAs: Number);
        await (await PostAsync("one-more@example.com", "sms", Number)).AssertProblemAsync(422, "also-known-as", secret: "12345678");
        Assert.Equal("subscribed", await StateAsync("reader-9@example.com", alsoKnownAs: Number));
        Assert.Equal(10, (await OthersOfAsync(Number)).Count);
    }

    [Fact]
    public async Task AThirdParty_NotesNothing()
    {
        await DeclareAsync();
        await StateAsync(Number);
        var body = new { address = Jan, topic = "newsletter", alsoKnownAs = Number };
        foreach (var token in (string?[])[null, Host.Token(scope: "consent")])
            await (await Host.PostAsync($"{Base}/subscriptions", body, token)).AssertProblemAsync(401, "token-needed", secret: "12345678");
        await (await Host.PostAsync($"{Base}/subscriptions", body, Host.Token(controller: "another"))).AssertProblemAsync(404, "unknown-site");
        foreach (var other in (string[])["nonsense", "", " Jan@Example.com"])
            await (await PostAsync(Jan, "sms", other)).AssertProblemAsync(422, "also-known-as", secret: "jan@");
        Assert.Empty(await OthersOfAsync(Number));
        await OptOutAsync(new { addresses = new[] { Jan } });
        Assert.Equal("opted-in", await SmsAsync(Number));
        Assert.DoesNotContain("12345678", Host.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheCentre_SaysThatItIsAboutTheAddress_AndHowOneSaysNoForANumber_WhereSmsIsSent()
    {
        var link = await OpenAsync();
        Assert.False((await Host.PageAsync(link)).Says("Kennen wij ook een telefoonnummer van u?"));
        await DeclareAsync();
        var page = await Host.PageAsync(link);
        Assert.True(page.Says("Deze keuzes gelden voor dit e-mailadres. Kennen wij ook een telefoonnummer van u?"));
        Assert.True(page.Says("Dit e-mailadres wordt dan niet meer voor direct marketing gebruikt."));
        Assert.True((await Host.PageAsync($"{link}?language=en")).Says("These choices are for this e-mail address. Do we know a telephone number of yours too?"));
        Assert.True((await SaveAsync(page, fields: [("objection", "yes")])).Says("Dit e-mailadres wordt daar niet meer voor gebruikt."));
        Assert.True((await Host.PageAsync(await Host.LinkAsync(Jan))).Says("Dit geldt voor het adres of nummer waarnaar deze link is gestuurd."));
    }

    private static (string Id, MarketingRecord Said) Said(string id, string kind, string action, string topic = "newsletter", string? undoes = null) => (id, new MarketingRecord
    {
        Kind = kind,
        Site = Sample.Site,
        SubjectId = "a1-somebody",
        Topic = topic,
        Action = action,
        Language = "nl",
        Undoes = undoes,
        RecordedAt = Sample.Noon,
        Topics = new Dictionary<string, TopicEntry>(),
    });

    private Task DeclareAsync() => Host.HearAsync(Declaration(), version: 2);

    private static string BySms(string number, string alsoKnownAs) =>
        Row(number, reference: "17").Replace("{", $$"""{"channel":"sms","alsoKnownAs":"{{alsoKnownAs}}",""", StringComparison.Ordinal);

    private async Task<string?> StateAsync(string address, string channel = "sms", string? alsoKnownAs = null)
    {
        var answer = await PostAsync(address, channel, alsoKnownAs);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.JsonAsync()).GetProperty("status").GetString();
    }

    private Task<HttpResponseMessage> PostAsync(string address, string channel, string? alsoKnownAs) =>
        Host.PostAsync($"{Base}/subscriptions", new { address, topic = "newsletter", channel, confirmedAt = Host.Time.Is, alsoKnownAs }, Host.Token());

    private async Task OptOutAsync(object body) => (await Host.PostAsync($"{Base}/opt-outs", body, Host.Token())).EnsureSuccessStatusCode();

    private Task<string> SmsAsync(string address) => Host.ReasonAsync(address, channel: "sms");

    private string IdOf(string address) => Host.Keys.Addresses(Sample.Controller).AddressId(address);

    private async Task<IReadOnlyList<string>> OthersOfAsync(string address) =>
        [.. (await Host.Get<SamePersonNotes>().OthersAsync(Sample.Site, [IdOf(address)], default)).Select(other => other.SubjectId)];
}
