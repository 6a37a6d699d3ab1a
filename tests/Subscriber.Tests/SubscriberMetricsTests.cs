using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Subscriber.Tests;

/// <summary>What the meter <c>Consent.Subscriber</c> tells; that of failed pages stands in <see cref="FailedPagesTests"/>.</summary>
public sealed class SubscriberMetricsTests : IDisposable
{
    /// <summary>No other test's: the meter is one for the whole process.</summary>
    private const string Name = "measured";
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task WhatIsHeard_IsCountedAsAppliedOrPassed_WithItsLagAndHowManyAnAcknowledgementTellsOf()
    {
        using var applied = Listen("applied");
        using var passed = Listen("passed");
        using var lag = Listen("lag");
        using var acknowledged = Listen("acknowledged");
        await using var subscriber = await OneSubscriber.StartAsync(_data, name: Name);
        var receipt = Sample.Receipt(2, Decision.Given);

        await subscriber.HearAsync(receipt);
        await subscriber.HearAsync(receipt);
        await subscriber.HearAsync(Sample.Receipt(1, Decision.Refused));
        await subscriber.HearAsync(Sample.Published());

        // The newest again is applied again: its reaction may have been missed.
        Assert.Equal((2L, 1L), (applied.Sum, passed.Sum));
        Assert.Equal((2L, 3598L), (lag.Count, lag.Last));
        Assert.Equal((4L, 4L), (acknowledged.Count, acknowledged.Sum));
    }

    [Fact]
    public async Task WhatIsLoadedRepairedAndAheadOfTheLog_IsCounted()
    {
        using var loaded = Listen("loaded");
        using var repaired = Listen("repaired");
        using var ahead = Listen("ahead");
        await using var subscriber = await OneSubscriber.StartAsync(_data, loaded: false, name: Name);
        await subscriber.HearAsync(Pages.Of(
            await Pages.QuestionAsync(subscriber, 1), LoadSnapshot.End, complete: true,
            (Pages.First, Sample.Receipt(1, Decision.Given, Sample.Address(1))), (Pages.Second, Sample.Receipt(1, Decision.Given, Sample.Address(2)))));
        Assert.Equal((2L, 0L, 0L), (loaded.Sum, repaired.Sum, ahead.Sum));
        await subscriber.HearAsync(Pages.Changed(Pages.Second, Sample.Receipt(9, Decision.Refused, Sample.Address(2))));

        await subscriber.Services.GetRequiredKeyedService<LoadSnapshot>(Name)
            .RepairAsync(new LoadSnapshot.Range("", LoadSnapshot.End, Wishes.Kinds, IsWalk: false), TestContext.Current.CancellationToken);
        // The first is another than the one that is held, the second is older than the one that is held: its "no" stays.
        await subscriber.HearAsync(Pages.Of(
            await Pages.QuestionAsync(subscriber, 2), LoadSnapshot.End, complete: true,
            (Pages.First, Sample.Receipt(2, Decision.Refused, Sample.Address(1))), (Pages.Second, Sample.Receipt(1, Decision.Given, Sample.Address(2)))));

        Assert.Equal((2L, 1L, 1L), (loaded.Sum, repaired.Sum, ahead.Sum));
    }

    private static Measured Listen(string what) => new(SubscriberMetrics.MeterName, $"consent.subscriber.{what}", "service", Name);
}
