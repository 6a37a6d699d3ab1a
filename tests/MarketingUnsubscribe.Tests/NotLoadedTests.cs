namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>While what the consent service holds is being loaded, nobody is told that somebody is sent something: a check denies it, and a "no" may still come.</summary>
public sealed class NotLoadedTests
{
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task UntilItIsLoaded_TheAnswerToAStatement_IsThatOfACheck()
    {
        using var folder = new Folder();
        await using var host = await MarketingHost.StartAsync(folder.Path, loaded: false);
        Assert.Equal("not-loaded", await StatusAsync());
        Assert.Equal("not-loaded", await host.ReasonAsync(Jan));
        await host.LoadAsync();
        Assert.Equal("subscribed", await StatusAsync());
        Assert.Equal("opted-in", await host.ReasonAsync(Jan));

        async Task<string?> StatusAsync() => (await (await host.SubscribeAsync(Jan, confirmedAt: host.Time.Is)).JsonAsync()).GetProperty("status").GetString();
    }

    [Fact]
    public async Task UntilItIsLoaded_ThePageOfPreferences_SaysThatItIsBeingChecked_AndKeepsWhatIsTicked()
    {
        using var folder = new Folder();
        await using var host = await MarketingHost.StartAsync(folder.Path, loaded: false);
        await host.SubscribeAsync(Jan, confirmedAt: host.Time.Is);
        var link = $"/p/{host.Get<PreferenceTokens>().Seal(new PreferenceLink(Sample.Controller, Sample.Site, Jan, "nl", host.Time.Is, new string('0', 64)))}";
        const string Checking = "Wordt nu even niet verstuurd: wij controleren uw keuzes nog", Received = "U ontvangt dit nu", Box = "value=\"newsletter\" checked";

        var before = await host.PageAsync(link);
        await host.LoadAsync();
        var after = await host.PageAsync(link);

        Assert.Equal((true, false, true), (before.Says(Checking), before.Says(Received), before.Says(Box)));
        Assert.Equal((false, true, true), (after.Says(Checking), after.Says(Received), after.Says(Box)));
    }
}
