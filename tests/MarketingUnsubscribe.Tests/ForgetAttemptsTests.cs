namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>What strangers typed is not kept for ever.</summary>
public sealed class ForgetAttemptsTests : ConfirmingTest
{
    protected override string ForgetEvery => "00:00:00.020";

    [Fact]
    public async Task AMonthAfterTheNewest_AnAddressThatHasNothingButAttempts_IsAsIfItHadNeverBeenTyped()
    {
        const string Piet = "piet@example.com", Els = "els@example.com", Mies = "mies@example.com";
        await AskAsync();
        await PressAsync(await AskAsync(Piet));
        await AskAsync(Mies);
        await Host.OneClickAsync(await Host.LinkAsync(Mies));
        Host.Time.Pass(TimeSpan.FromDays(10));
        await AskAsync(Els);
        Host.Time.Pass(TimeSpan.FromDays(20));
        await ForgottenAsync(Jan);
        Assert.NotNull(await RecordAsync(Els));
        Assert.Equal(
            ("no-basis", "opted-in", "no-basis", "suppressed"),
            (await Host.ReasonAsync(Jan), await Host.ReasonAsync(Piet), await Host.ReasonAsync(Els), await Host.ReasonAsync(Mies)));

        Assert.True((await PressAsync(await AskAsync())).Says("U bent aangemeld"));
        Host.Time.Pass(TimeSpan.FromDays(10));
        await ForgottenAsync(Els);
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    private async Task ForgottenAsync(string address)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await RecordAsync(address) is not null) await Task.Delay(10, patience.Token);
    }
}
