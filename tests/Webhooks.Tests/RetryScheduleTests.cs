using Consent.ServiceDefaults.Outgoing;

namespace Consent.Webhooks.Tests;

public sealed class RetryScheduleTests
{
    private static readonly DateTimeOffset First = Sample.Start;

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(10, 2560)]
    [InlineData(11, 3600)]
    [InlineData(80, 3600)]
    public void Next_AfterSoManyFailures_IsBetweenHalfAndAllOfTheDoubledPause(int attempts, int seconds)
    {
        var now = First.AddHours(1);
        Assert.Equal(now.AddSeconds(seconds), RetrySchedule.Next(attempts, First, now, null, 0));
        var earliest = RetrySchedule.Next(attempts, First, now, null, 0.999)!.Value - now;
        Assert.InRange(earliest.TotalSeconds, seconds * 0.5, seconds * 0.51);
    }

    [Fact]
    public void Next_NearTheEndOfThreeDays_IsTheEndAndThenNothing()
    {
        var end = First.AddHours(72);
        Assert.Equal(end, RetrySchedule.Next(90, First, end.AddMinutes(-10), null, 0));
        Assert.Equal(end, RetrySchedule.Next(3, First, First.AddHours(1), TimeSpan.FromHours(200), 0));
        Assert.Null(RetrySchedule.Next(91, First, end, null, 0));
        Assert.Null(RetrySchedule.Next(2, First, end.AddDays(30), TimeSpan.FromSeconds(1), 0));
    }

    [Fact]
    public void Next_ReceiverAsksForLonger_IsNotSooner()
    {
        Assert.Equal(First.AddSeconds(900), RetrySchedule.Next(1, First, First, TimeSpan.FromSeconds(900), 0.9));
        // Asking for less does not shorten the pause: else a receiver could ask to be hammered.
        Assert.Equal(First.AddSeconds(5), RetrySchedule.Next(1, First, First, TimeSpan.Zero, 0));
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("0", 0)]
    [InlineData("Sun, 01 Mar 2026 10:00:00 GMT", 3600)]
    [InlineData("Sat, 28 Feb 2026 10:00:00 GMT", 0)]
    [InlineData("Tue, 01 Mar 2050 10:00:00 GMT", 72 * 3600)]
    [InlineData("2147483647", 72 * 3600)]
    [InlineData("2147483648", 72 * 3600)]
    [InlineData("99999999999999999999999999", 72 * 3600)]
    public void Asked_SecondsOrDate_IsAPauseOfAtMostThreeDays(string header, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetrySchedule.Asked(header, First));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("soon")]
    public void Asked_NothingOrNonsense_IsNothing(string? header) => Assert.Null(RetrySchedule.Asked(header, First));
}
