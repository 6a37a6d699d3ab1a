using System.Net;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A test that speaks HTTP to a service of its own, which sends mail to a server of its own.</summary>
public abstract class ConfirmingTest : IAsyncLifetime
{
    protected const string Jan = "jan@example.com";
    private readonly Folder _folder = new();

    private protected MailServer Mail { get; } = new();
    private protected MarketingHost Host { get; private set; } = null!;

    protected virtual string Tls => "none";

    /// <summary>Not the second that people wait for.</summary>
    protected virtual string AnswerAfter => "00:00:00.001";

    protected virtual string ForgetEvery => "01:00:00";

    public async ValueTask InitializeAsync()
    {
        Mail.Start();
        Host = await MarketingHost.StartAsync(_folder.Path, settings: new Dictionary<string, string?>
        {
            ["Mail:Smtp"] = $"127.0.0.1:{Mail.Port}",
            ["Mail:From"] = "post@orchard.example",
            ["Mail:Tls"] = Tls,
            ["Mail:AnswerAfter"] = AnswerAfter,
            // All of them are at example.com here.
            ["Mail:MostToADomain"] = "1000",
            ["Marketing:ForgetEvery"] = ForgetEvery,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Mail.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The first step; the path of the link in the mail that came of it.</summary>
    private protected async Task<string> AskAsync(string address = Jan, string topic = "newsletter")
    {
        var before = Mail.Taken.Count;
        Assert.Equal(HttpStatusCode.Accepted, (await Host.SubscribeAsync(address, topic)).StatusCode);
        Assert.Equal(before + 1, Mail.Taken.Count);
        return Mail.Taken[^1].Link;
    }

    /// <summary>The second: the button on the page of the link.</summary>
    private protected async Task<string> PressAsync(string link) => await Host.PressAsync(await Host.PageAsync(link), "class=\"primary\"");

    private protected async Task<MarketingRecord?> RecordAsync(string address = Jan) =>
        await Host.Records.LatestAsync(Sample.Site, Host.Keys.Addresses(Sample.Controller).AddressId(address), default);
}
