namespace Consent.Faults.Tests;

/// <summary>The disk of a subscriber fills up, then that of the consent service: neither acknowledges what it could not keep.</summary>
[Collection(OnOneBroker.Name)]
public sealed class FillDisk(RunningOnOneBroker running)
{
    [Fact]
    public Task With_a_full_disk_nothing_is_acknowledged_that_is_not_kept() => Faulty.RunAsync("full disks", running.Deployment, running.Journal, async random =>
    {
        await WhileFullAsync(running.NewsletterDisk, "newsletter", () => running.Journal.MoreAsync(random.Next(60, 120), "while the disk of newsletter is full"));
        await running.Journal.MoreAsync(random.Next(5, 40), "before the disk of consent is full");
        // At once, or when the write-ahead log, which goes on in the room that it has, has been written through.
        await WhileFullAsync(running.ConsentDisk, "consent", () => running.Journal.NoticedAsync("the full disk of consent", TimeSpan.FromMinutes(5)));
    });

    /// <summary>Room is made in any case: the scenarios after this one run on the same disk.</summary>
    private static async Task WhileFullAsync(SmallDisk disk, string whose, Func<Task> untilAsync)
    {
        await disk.FillAsync();
        Counts.Did($"full disk of {whose}");
        try
        {
            await untilAsync();
        }
        finally
        {
            disk.MakeRoom();
        }
    }
}
