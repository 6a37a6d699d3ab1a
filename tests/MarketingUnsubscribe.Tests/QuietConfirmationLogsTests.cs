using System.Net;
using SmtpServer.Protocol;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class QuietConfirmationLogsTests : ConfirmingTest
{
    [Fact]
    public async Task NoAddressSubjectIdOrTokenStandsInAnyLogLine_NorWhatAMailServerRepeats()
    {
        const string Secret = "jan.geheim@example.com";
        var link = await AskAsync(Secret);
        await Host.Client.GetAsync(link[..^3]);
        await Host.Client.GetAsync($"{link[..40]}/{link[40..]}");
        foreach (var path in (string[])[link, link[..^3]])
        {
            using var blind = new FormUrlEncodedContent([new("proof", "x")]);
            await Host.SendAsync(path + "/confirm", blind);
        }
        var done = await PressAsync(link);
        await Host.Client.GetAsync(link);
        Host.Time.Pass(TimeSpan.FromDays(2));
        Mail.ToMails = new SmtpResponse(SmtpReplyCode.Aborted, $"4.3.0 <{Secret}> try later");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Host.SubscribeAsync(Secret, "offers")).StatusCode);
        Mail.ToRecipients = new SmtpResponse(SmtpReplyCode.MailboxUnavailable, $"5.1.1 <{Secret}> unknown");
        Assert.Equal(HttpStatusCode.Accepted, (await Host.SubscribeAsync(Secret, "offers")).StatusCode);
        Host.Time.Pass(TimeSpan.FromDays(6));
        await Host.Client.GetAsync(link);

        var lines = Host.Log.All;
        Assert.Contains("refused a recipient (550)", lines, StringComparison.Ordinal);
        Assert.Contains("it answered 451", lines, StringComparison.Ordinal);
        var optOut = done[(done.IndexOf("/u/", StringComparison.Ordinal) + 3)..];
        foreach (var secret in (string[])["geheim", link[3..30], optOut[..20], Host.Keys.Addresses(Sample.Controller).AddressId(Secret)])
            Assert.DoesNotContain(secret, lines, StringComparison.OrdinalIgnoreCase);
    }
}
