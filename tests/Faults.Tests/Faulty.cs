using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>What is alike in every scenario: load before, during and after the faults, then the checks.</summary>
internal static class Faulty
{
    /// <summary>Answers a second that the clients ask for: <c>CONSENT_FAULTS_RATE</c>, 40 unless set.</summary>
    public static int Rate { get; } = Number("CONSENT_FAULTS_RATE", 40);

    /// <summary>How often each scenario does what it does: <c>CONSENT_FAULTS_ROUNDS</c>, once unless set.</summary>
    public static int Rounds { get; } = Number("CONSENT_FAULTS_ROUNDS", 1);

    /// <summary>How many decisions all scenarios together have to see acknowledged: <c>CONSENT_FAULTS_DECISIONS</c>, none unless set.</summary>
    public static int Decisions { get; } = Number("CONSENT_FAULTS_DECISIONS", 0);

    /// <summary>How many scenarios share <see cref="Decisions"/>.</summary>
    private const int Scenarios = 10;

    /// <summary>How long nodes stay cut off: <c>CONSENT_FAULTS_CUT</c> in seconds, 10 unless set.</summary>
    public static TimeSpan CutFor { get; } = TimeSpan.FromSeconds(Number("CONSENT_FAULTS_CUT", 10));

    /// <summary>How long the checks wait for what is under way: <c>CONSENT_FAULTS_SETTLE</c> in seconds, 300 unless set.</summary>
    public static TimeSpan SettleFor { get; } = TimeSpan.FromSeconds(Number("CONSENT_FAULTS_SETTLE", 300));

    public static void Prepare(Product product)
    {
        ArgumentNullException.ThrowIfNull(product);
        // All clients have one address here.
        product.Settings["Gateway:PublicPostsPerMinute"] = "1000000";
    }

    /// <param name="round">One round of breaking and mending; is given the choices of the seed, and waits for moments by the journal.</param>
    public static async Task RunAsync(string scenario, Deployment deployment, Journal journal, Func<Random, Task> round)
    {
        var seed = Seeded.Choices(scenario);
        var random = new Random(seed);
        var wanted = journal.Decisions.Count + (Decisions / Scenarios);
        Counts.Tell(scenario);
        await using (var clients = new Clients(deployment.Product, journal, seed))
        {
            await clients.StartAsync(Rate);
            await journal.MoreAsync(20, "before the first fault");
            for (var i = 1; i <= Rounds; i++)
            {
                await round(random);
                if (Rounds > 1) Counts.Tell($"{scenario}: round {i} of {Rounds}, {journal.Decisions.Count} decisions, {journal.OptOuts.Count} opt-outs");
            }
            await journal.MoreAsync(20, "after the last fault");
            await Eventually.IsSoAsync($"{wanted} decisions are acknowledged", () => Task.FromResult(journal.Decisions.Count >= wanted), TimeSpan.FromHours(1));
            await clients.StopAsync(TimeSpan.FromSeconds(180));
        }

        await new Checks(deployment, journal).NothingIsViolatedAsync(scenario);
    }

    /// <summary>Waits until so many more are acknowledged.</summary>
    public static Task MoreAsync(this Journal journal, int more, string when)
    {
        var reached = journal.Count + more;
        return Eventually.IsSoAsync($"{more} are acknowledged {when}", () => Task.FromResult(journal.Count >= reached), TimeSpan.FromSeconds(180));
    }

    /// <summary>Waits until some requests were answered by nobody, or with 5xx.</summary>
    public static Task NoticedAsync(this Journal journal, string what, TimeSpan? limit = null)
    {
        var reached = journal.Unanswered + 5;
        return Eventually.IsSoAsync($"{what} is noticed", () => Task.FromResult(journal.Unanswered >= reached), limit ?? TimeSpan.FromSeconds(180));
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } given ? int.Parse(given, null) : otherwise;
}
