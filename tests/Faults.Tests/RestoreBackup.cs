using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>
/// An old backup of the logs comes back, while the subscribers keep what they had heard of the time that is lost: whatever is decided
/// afterwards overrules it, and nobody goes on holding what the consent service does not.
/// </summary>
public sealed class RestoreBackup
{
    [Fact]
    public async Task After_an_old_backup_came_back_subscribers_hold_what_the_log_holds()
    {
        await using var product = new OneProcess();
        Faulty.Prepare(product);
        // What only the lost time knew is found by comparing, which is done every few minutes elsewhere.
        product.Settings["Subscriber:CompareEvery"] = "00:00:03";
        await product.StartAsync();
        var (journal, deployment, seed) = (new Journal(), Deployment.Of(product), Seeded.Choices("restore"));
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        var copies = folder.File("copies");

        await LoadAsync(random.Next(60, 120));
        var mark = journal.Mark();
        await ToolAsync("backup", "--data", product.Data, "--to", copies);
        await LoadAsync(random.Next(60, 120));
        Assert.True(await product.Processes[0].StopAsync());
        // What a subscriber holds is in no backup: it outlives the restore.
        Assert.All((string[])["newsletter", "analytics"], kept => Assert.False(Directory.Exists(Path.Combine(copies, kept))));
        await ToolAsync("restore", "--data", product.Data, "--from", copies);
        Counts.Did("restore of an old backup");
        await product.StartAsync();
        journal.Restored(mark);
        await LoadAsync(random.Next(60, 120));

        await new Checks(deployment, journal).NothingIsViolatedAsync("restore");

        async Task LoadAsync(int decisions)
        {
            await using var clients = new Clients(product, journal, random.Next());
            await clients.StartAsync(Faulty.Rate);
            await journal.MoreAsync(decisions, "in this stretch of time");
            await clients.StopAsync(TimeSpan.FromSeconds(60));
        }
    }

    private static async Task ToolAsync(params string[] arguments)
    {
        var (code, output, errors) = await CommandLine.RunAsync(arguments);
        Assert.True(code == 0, $"{arguments[0]} ended with {code}: {output}{errors}");
    }
}
