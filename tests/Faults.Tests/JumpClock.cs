namespace Consent.Faults.Tests;

/// <summary>The clock of the consent service jumps ahead and back by hours, once with a kill in between.</summary>
[Collection(OnOneBroker.Name)]
public sealed class JumpClock(RunningOnOneBroker running)
{
    [Fact]
    public Task Whatever_the_clock_says_versions_order_and_nothing_waits_for_hours() => Faulty.RunAsync("clock jumps", running.Deployment, running.Journal, async random =>
    {
        var consent = running.Product["consent"];
        foreach (var hours in new[] { random.Next(1, 6), -random.Next(1, 6), 0 })
        {
            running.Clock.Move(TimeSpan.FromHours(hours));
            Counts.Did($"clock jump {(hours > 0 ? "ahead" : hours < 0 ? "back" : "to the right time")}");
            await running.Journal.MoreAsync(random.Next(20, 60), $"after the clock jumped to {hours} h");
            if (hours < 0) continue;
            // Also the one that lived through all of it: libfaketime lets the timed waits of its runtime end at once from then on, and the
            // scenarios after this one would find it busy with that alone.
            await consent.Kill9Async();
            Counts.Did("kill of consent");
            await running.Product.StartAsync();
        }
    });
}
