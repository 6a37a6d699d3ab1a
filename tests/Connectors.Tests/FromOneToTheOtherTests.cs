using Consent.Contracts;

namespace Consent.Connectors.Tests;

/// <summary>Two mailing systems of one site: an opt-out that is made in one of them is one here, and then one in the other.</summary>
public sealed class FromOneToTheOtherTests
{
    private const string Jan = "jan@reader.example", Piet = "piet@reader.example", News = "news", Offers = "offers";

    [Fact]
    public async Task An_opt_out_in_either_ends_in_the_other_and_is_not_written_back()
    {
        await using var mailchimp = await StandIn.StartAsync(new MailchimpStandIn());
        await using var listmonk = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        foreach (var address in (string[])[Jan, Piet])
        {
            mailchimp.Add(address);
            listmonk.Add(address);
            await app.OptInAsync(address, News, Offers);
        }
        var (told, secret) = await app.ConnectedAsync(mailchimp);
        var (read, _) = await app.ConnectedAsync(listmonk);
        app.Clock.Pass(TimeSpan.FromMinutes(10));
        var (atMailchimp, atListmonk) = (mailchimp.Writes, listmonk.Writes);

        // Mailchimp tells it, without any time passing.
        mailchimp.OptOut(Jan, News);
        await HearAsync(app, told, secret, Jan);
        await PublishedAsync(1, Jan, News, "connector:mailchimp");
        Assert.Equal((false, true), (listmonk.IsOn(Jan, News), listmonk.IsOn(Jan, Offers)));
        Assert.Equal((atMailchimp, atListmonk + 1), (mailchimp.Writes, listmonk.Writes));

        // Of listmonk it is read.
        listmonk.OptOut(Piet, Offers);
        app.Clock.Pass(TimeSpan.FromHours(1));
        await PublishedAsync(2, Piet, Offers, "connector:listmonk");
        Assert.Equal((true, false), (mailchimp.IsOn(Piet, News), mailchimp.IsOn(Piet, Offers)));
        Assert.Equal((atMailchimp + 1, atListmonk + 1), (mailchimp.Writes, listmonk.Writes));

        // The consent service hears what marketing published, and nothing that the test made up.
        async Task PublishedAsync(int count, string address, string topic, string action)
        {
            var published = (await app.Transport.WaitForAsync<MarketingUnsubscribed>(count))[^1];
            Assert.Equal((app.SubjectOf(address), topic, action), (published.SubjectId, Assert.Single(published.Topics), published.Action));
            await app.TellAsync(published);
            foreach (var connector in (string[])[told, read]) await app.SettledAsync(connector);
        }
    }

    /// <summary>As mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks has it.</summary>
    private static async Task HearAsync(ConnectorsApp app, string id, string secret, string address)
    {
        using var form = new FormUrlEncodedContent(
        [
            new("type", "unsubscribe"), new("fired_at", "2026-03-01 09:10:00"), new("data[action]", "unsub"), new("data[reason]", "manual"), new("data[email]", address),
            new("data[list_id]", MailchimpStandIn.NewsAudience),
        ]);
        Assert.Equal(200, (await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/events/{secret}", form)).Status);
    }
}
