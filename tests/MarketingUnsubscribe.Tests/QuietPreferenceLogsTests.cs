using System.Net;
using SmtpServer.Protocol;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class QuietPreferenceLogsTests : PreferenceTest
{
    [Fact]
    public async Task NoAddressSubjectIdOrTokenStandsInAnyLogLine_NorWhatAMailServerRepeats()
    {
        const string Secret = "jan.geheim@example.com";
        var link = await OpenAsync(Secret);
        foreach (var path in (string[])[link[..^3], $"{link[..40]}/{link[40..]}"]) await Host.Client.GetAsync(path);
        using var blind = new FormUrlEncodedContent([new("proof", "x")]);
        await Host.SendAsync(link, blind);
        var saved = await SaveAsync(await Host.PageAsync(link), tick: ["offers"]);
        await SaveAsync(saved, fields: [("objection", "yes")]);
        var optOut = await Host.LinkAsync(Secret);
        await SendAsync(await Host.PageAsync($"{optOut}/preferences"), "/preferences/");
        Assert.Equal(HttpStatusCode.BadRequest, (await TypeAsync(Secret + ">")).StatusCode);
        Host.Time.Pass(TimeSpan.FromDays(60));
        await Host.Client.GetAsync(link);
        Mail.ToMails = new SmtpResponse(SmtpReplyCode.Aborted, $"4.3.0 <{Secret}> try later");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await TypeAsync(Secret)).StatusCode);

        var lines = Host.Log.All;
        Assert.Contains("it answered 451", lines, StringComparison.Ordinal);
        foreach (var secret in (string[])["geheim", link[3..30], optOut[3..30], Host.Keys.Addresses(Sample.Controller).AddressId(Secret)])
            Assert.DoesNotContain(secret, lines, StringComparison.OrdinalIgnoreCase);
    }
}
