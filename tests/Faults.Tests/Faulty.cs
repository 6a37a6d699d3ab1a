using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>What is alike in every scenario: load before, during and after the faults, then the checks.</summary>
internal static class Faulty
{
    /// <summary>Answers a second that the clients ask for; <c>CONSENT_FAULTS_RATE</c>.</summary>
    private static int Rate => int.Parse(Environment.GetEnvironmentVariable("CONSENT_FAULTS_RATE") ?? "120", null);

    public static void Prepare(Product product)
    {
        ArgumentNullException.ThrowIfNull(product);
        // All clients have one address here.
        product.Settings["Gateway:PublicPostsPerMinute"] = "1000000";
    }

    /// <param name="faults">Breaks and mends; is given the choices of the seed and the journal, by which it waits for moments.</param>
    public static async Task RunAsync(string scenario, Product product, Journal journal, Func<Checks> checks, Func<Random, Task> faults)
    {
        var seed = Seeded.Choices(scenario);
        await using var clients = new Clients(product, journal, seed);
        await clients.StartAsync(Rate);
        await journal.MoreAsync(50, "before the first fault");
        await faults(new Random(seed));
        await journal.MoreAsync(50, "after the last fault");
        await clients.StopAsync(TimeSpan.FromSeconds(60));
        await checks().NothingIsViolatedAsync(scenario);
    }

    /// <summary>Waits until so many more are acknowledged.</summary>
    public static Task MoreAsync(this Journal journal, int more, string when)
    {
        var reached = journal.Count + more;
        return Eventually.IsSoAsync($"{more} are acknowledged {when}", () => Task.FromResult(journal.Count >= reached), TimeSpan.FromSeconds(90));
    }
}
