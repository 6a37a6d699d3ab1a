using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Storage.Tests;

/// <summary>The wall clock jumps by hours, while time passes as ever.</summary>
public abstract partial class RedeliveryTests
{
    private static readonly TimeSpan Hours = TimeSpan.FromHours(5);

    [Fact]
    public async Task OpenDelivery_WhenTheClockJumpsBack_IsSentAgainInItsTime_AndIsAnAlarmInItsTime()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        h.Transport.Forget();
        h.Time.Jump(-Hours);

        await Later(h, 29, "newsletter");
        Assert.Empty(h.Transport.Sent);
        await Later(h, 1, "newsletter");
        h.Time.Jump(-Hours);
        await Later(h, 60, "newsletter");
        Assert.Equal(["a1@newsletter", "a1@newsletter"], h.Transport.Sent);

        Assert.Equal(HealthStatus.Healthy, await h.HealthAsync());
        await Later(h, 300, "newsletter");
        Assert.Equal(HealthStatus.Degraded, await h.HealthAsync());
    }

    [Fact]
    public async Task RecordStampedWhileTheClockWasAhead_HoldsUpNothing_AlsoAfterARestart()
    {
        using var h = Harness();
        await h.AnnounceAsync("newsletter");
        h.Time.Jump(Hours);
        await h.AppendAsync("a", 1, "a1");
        h.Time.Jump(-Hours);
        await h.AppendAsync("b", 1, "b1");
        await h.RelayAllAsync();
        h.Transport.Forget();
        h.ReopenLedger();
        await h.RelayAllAsync();

        await Later(h, 30, "newsletter");

        Assert.Equal(["a1@newsletter", "b1@newsletter"], h.Transport.Sent);
    }

    [Fact]
    public async Task SubscriberSeenWhileTheClockWasAhead_IsAwayAllTheSame_UntilItAnnouncesItself()
    {
        using var h = Harness();
        h.Time.Jump(Hours);
        await h.AnnounceAsync("newsletter");
        h.Time.Jump(-Hours);
        await h.AppendAsync("a", 1, "a1");
        await h.RelayAllAsync();
        h.Transport.Forget();

        h.Time.Advance(TimeSpan.FromSeconds(41));
        await h.RedeliverAsync();
        Assert.Empty(h.Transport.Sent);

        await Later(h, 0, "newsletter");
        Assert.Equal(["a1@newsletter"], h.Transport.Sent);
    }
}
