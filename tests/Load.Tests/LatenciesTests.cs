using Consent.Tests.Support;
using FsCheck.Fluent;

namespace Consent.Load.Tests;

public sealed class LatenciesTests
{
    [Fact]
    public void Quantile_IsTheOneOfTheSortedTimes_To3PerCent_HoweverTheyWereAddedUp()
    {
        var times = Gen.OneOf(Gen.Choose(0, 40), Gen.Choose(0, 100_000), Gen.Choose(0, int.MaxValue)).NonEmptyListOf();
        Seeded.Check(Prop.ForAll(times.ToArbitrary(), Gen.Choose(1, 1000).ToArbitrary(), (took, share) =>
        {
            var (all, half, other) = (new Latencies(), new Latencies(), new Latencies());
            foreach (var (time, i) in took.Select((t, i) => (TimeSpan.FromMicroseconds(t), i))) (i % 2 == 0 ? half : other).Add(time);
            all.Add(half);
            all.Add(other);

            var exact = took.Order().ElementAt((int)Math.Ceiling(share / 1000.0 * took.Count) - 1);
            var found = all.Quantile(share / 1000.0).TotalMicroseconds;
            return all.Count == took.Count && found >= exact && found <= (exact * (1 + (1 / 32.0))) + 1;
        }), 300);
    }

    [Fact]
    public void Quantile_OfNothing_IsZero() => Assert.Equal(TimeSpan.Zero, new Latencies().Quantile(0.99));

    [Fact]
    public void WhatTookLongerThanCanBeCounted_IsInTheLastBucket()
    {
        var latencies = new Latencies();
        latencies.Add(TimeSpan.FromDays(3));
        Assert.True(latencies.Quantile(0.5) > TimeSpan.FromHours(1));
    }
}
