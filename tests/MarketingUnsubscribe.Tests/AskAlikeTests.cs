using System.Net;
using Microsoft.Data.Sqlite;
using SmtpServer.Protocol;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What becomes of a mail is told alike to everybody, so that an answer tells nobody whether an address was due one.</summary>
public sealed class AskAlikeTests : ConfirmingTest
{
    [Fact]
    public async Task WithTheMailServerAway_NothingIsPromisedOrStored_AndTheNextTrySucceeds()
    {
        await Mail.StopAsync();
        await (await Host.SubscribeAsync(Jan)).AssertProblemAsync(503, "unavailable", secret: Jan);
        Assert.Null(await RecordAsync());
        Mail.Start();
        await AskAsync();
    }

    [Fact]
    public async Task WithTheMailServerAway_AConfirmedAddressHasTheAnswerOfEveryOther()
    {
        await PressAsync(await AskAsync());
        await Mail.StopAsync();
        await (await Host.SubscribeAsync(Jan)).AssertProblemAsync(503, "unavailable");
    }

    [Fact]
    public async Task AMailThatTheServerDoesNotTake_IsPromisedToNobody_AndTheNextTrySucceeds()
    {
        Mail.ToMails = new SmtpResponse(SmtpReplyCode.Aborted, "4.3.0 Try later");
        await (await Host.SubscribeAsync(Jan)).AssertProblemAsync(503, "unavailable");
        Assert.Null(await RecordAsync());
        Mail.ToMails = null;
        await AskAsync();
    }

    [Fact]
    public async Task AfterAMailThatIsNotTaken_NobodyIsPromisedAnything_UntilThatMailIsTaken()
    {
        await PressAsync(await AskAsync("piet@example.com"));
        Mail.ToMails = new SmtpResponse((SmtpReplyCode)454, "4.7.0 Maximum sending rate exceeded");
        foreach (var address in (string[])[Jan, "piet@example.com", "els@example.com"]) await (await Host.SubscribeAsync(address)).AssertProblemAsync(503, "unavailable");
        Mail.ToMails = null;

        Assert.Equal(HttpStatusCode.Accepted, (await Host.SubscribeAsync("piet@example.com")).StatusCode);
        Assert.Equal(["piet@example.com", Jan], Mail.Taken.Select(taken => taken.To));
        await AskAsync("els@example.com");
    }

    [Fact]
    public async Task AMailboxThatThereIsNot_OrThatCannotBeVerified_IsToldToNobody_ButARelayThatIsDeniedIsNotHidden()
    {
        var known = await (await Host.SubscribeAsync(Jan)).Content.ReadAsStringAsync();
        var unverified = new SmtpResponse((SmtpReplyCode)450, "4.1.1 unverified");
        foreach (var (address, refusal) in ((string, SmtpResponse)[])[("nobody@example.com", SmtpResponse.MailboxUnavailable), ("perhaps@example.com", unverified)])
        {
            Mail.ToRecipients = refusal;
            var answer = await Host.SubscribeAsync(address);
            Assert.Equal((HttpStatusCode.Accepted, known), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
            Assert.Null((await RecordAsync(address))!.Proof!.MailHash);
        }
        Mail.ToRecipients = new SmtpResponse(SmtpReplyCode.MailboxUnavailable, "5.7.1 Relaying denied");
        await (await Host.SubscribeAsync("piet@example.com")).AssertProblemAsync(503, "unavailable");
    }

    [Fact]
    public async Task AMailThatIsOut_IsPromised_AlsoWhereTheLogCannotNoteIt_AndNoneGoesOut_WhoseTextCannotBeKept()
    {
        await AskAsync("piet@example.com");
        using var file = new SqliteConnection($"Data Source={Path.Combine(Host.Folder, MarketingUnsubscribeSetup.Service, "log.db")};Pooling=False");
        file.Open();
        using var command = file.CreateCommand();
        command.CommandText = "CREATE TRIGGER no_more BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'full'); END";
        command.ExecuteNonQuery();
        var link = await AskAsync();
        Assert.Contains("could not be noted", Host.Log.All, StringComparison.Ordinal);
        await (await Host.SubscribeAsync("els@example.com", "offers")).AssertProblemAsync(503, "unavailable");
        Assert.Equal(2, Mail.Taken.Count);
        command.CommandText = "DROP TRIGGER no_more";
        command.ExecuteNonQuery();
        Assert.True((await PressAsync(link)).Says("U bent aangemeld"));
    }
}

/// <summary>The time of an answer tells no more than its words.</summary>
public sealed class AskInEqualTimeTests : ConfirmingTest
{
    /// <summary>A timer may go off some milliseconds early.</summary>
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(400);

    protected override string AnswerAfter => (Floor + TimeSpan.FromMilliseconds(20)).ToString();

    [Fact]
    public async Task EveryAddress_IsAnsweredAtTheSameMoment()
    {
        await PressAsync(await AskAsync("piet@example.com"));
        Assert.InRange(await TimeOfAsync(Jan), Floor, TimeSpan.FromMinutes(1));
        Assert.InRange(await TimeOfAsync(Jan), Floor, TimeSpan.FromMinutes(1));
        Assert.InRange(await TimeOfAsync("piet@example.com"), Floor, TimeSpan.FromMinutes(1));
        Mail.ToRecipients = SmtpResponse.MailboxUnavailable;
        Assert.InRange(await TimeOfAsync("nobody@example.com"), Floor, TimeSpan.FromMinutes(1));
    }

    private async Task<TimeSpan> TimeOfAsync(string address)
    {
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(HttpStatusCode.Accepted, (await Host.SubscribeAsync(address)).StatusCode);
        return TimeProvider.System.GetElapsedTime(began);
    }
}
