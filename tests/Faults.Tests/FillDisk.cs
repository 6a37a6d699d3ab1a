namespace Consent.Faults.Tests;

/// <summary>The disk of a subscriber fills up, then that of the consent service: neither acknowledges what it could not keep.</summary>
[Collection(OnOneBroker.Name)]
public sealed class FillDisk(RunningOnOneBroker running)
{
    [Fact]
    public Task With_a_full_disk_nothing_is_acknowledged_that_is_not_kept() => Faulty.RunAsync("full disks", running.Deployment, running.Journal, async random =>
    {
        await running.NewsletterDisk.FillAsync();
        Counts.Did("full disk of newsletter");
        await running.Journal.MoreAsync(random.Next(60, 120), "while the disk of newsletter is full");
        running.NewsletterDisk.MakeRoom();

        await running.Journal.MoreAsync(random.Next(5, 40), "before the disk of consent is full");
        await running.ConsentDisk.FillAsync();
        Counts.Did("full disk of consent");
        // At once, or once the write-ahead log, which goes on in the room that it has, has been written through.
        await running.Journal.NoticedAsync("the full disk of consent", TimeSpan.FromMinutes(5));
        running.ConsentDisk.MakeRoom();
    });
}
