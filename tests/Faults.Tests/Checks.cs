using System.Diagnostics;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <param name="Check">The name of the check that found it.</param>
public sealed record Violation(string Check, string Sentence);

/// <summary>
/// What must be so when every fault is mended: everything acknowledged is in the log and in force, each subscriber holds what the
/// consent service holds, nothing is open and nothing is laid aside. Deliveries take their time: looked at until it is so.
/// </summary>
public sealed class Checks(Deployment deployment, Journal journal)
{
    /// <summary>Fails with every violation that is left after the limit, counted by check, the first of each told.</summary>
    public async Task NothingIsViolatedAsync(string scenario)
    {
        var clock = Stopwatch.StartNew();
        var violations = await AnsweredAsync(ViolationsAsync);
        while (violations.Count > 0 && clock.Elapsed < Faulty.SettleFor)
        {
            await Task.Delay(1000);
            violations = await AnsweredAsync(CheapAsync) is { Count: > 0 } open && clock.Elapsed < Faulty.SettleFor ? open : await AnsweredAsync(ViolationsAsync);
        }

        if (violations.Count > 0) violations = await AnsweredAsync(ViolationsAsync);
        Counts.Tell($"{scenario}: {journal.Decisions.Count} decisions, {journal.OptOuts.Count} opt-outs, settled after {clock.Elapsed.TotalSeconds:0} s, {violations.Count} violations");
        Counts.Add(journal, violations.Count);
        Counts.TellSum();
        Assert.True(violations.Count == 0, Told(violations));
    }

    /// <summary>What is not answered is looked at again, as long as the limit lets it.</summary>
    private static async Task<IReadOnlyList<Violation>> AnsweredAsync(Func<Task<IReadOnlyList<Violation>>> look)
    {
        try
        {
            return await look();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return [new Violation("unanswered", e.Message)];
        }
    }

    public async Task<IReadOnlyList<Violation>> ViolationsAsync()
    {
        var standings = await Ledgers.ReadAsync(deployment);
        var found = new List<Violation>(Ledgers.Violations(standings));
        var decisions = journal.Decisions.ToList();
        var log = await ConsentLog.ReadAsync(deployment, decisions.Select(d => d.Receipt).ToHashSet(StringComparer.Ordinal));
        found.AddRange(log.Gaps.Select(gap => new Violation("gapless", gap)));
        found.AddRange(InTheLog.Of(decisions, log));
        var (first, ended) = journal.EndedEpoch;
        found.AddRange(decisions.Skip(first).Where(d => d.Epoch <= ended)
            .Select(d => new Violation("epoch", $"Receipt {d.Receipt} of {d.Site} was made after a restore, and has no higher epoch than what was lost: {d.Epoch}.")));
        found.AddRange(await new InForce(deployment).OfAsync(decisions));
        found.AddRange(await new OptOutsInForce(deployment).OfAsync([.. journal.OptOuts], log));
        var sites = new List<SampleSite>();
        foreach (var site in Product.Sites) sites.Add(await SampleSite.ReadAsync(deployment.Product, site));
        foreach (var subscriber in Deployment.Subscribers)
        {
            var purposes = standings.FirstOrDefault(s => s.Source == "consent" && s.Subscriber == subscriber)?.Purposes;
            var concerned = sites.Where(s => purposes is null || purposes.Any(s.Purposes.Contains)).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
            found.AddRange(SameAsConsent.Of(subscriber, HeldBySubscriber.Read(deployment, subscriber), log, concerned));
        }

        if (deployment.Broker is not null) found.AddRange(await LaidAsideAsync(deployment.Broker));
        found.AddRange(journal.Refusals.Select(r => new Violation("refused", $"{r.Value} requests were refused with {r.Key}, which no fault explains.")));
        return found;
    }

    /// <summary>What can be asked often.</summary>
    private async Task<IReadOnlyList<Violation>> CheapAsync() => Ledgers.Violations(await Ledgers.ReadAsync(deployment));

    private static async Task<IEnumerable<Violation>> LaidAsideAsync(string broker)
    {
        var (code, told, errors) = await CommandLine.RunAsync("errors", "list", "--broker", broker, "--json");
        if (code is not (0 or 1)) return [new Violation("error-queue", $"The error queues cannot be seen: {errors}")];
        return JsonNode.Parse(told)!.AsArray().Select(q => new Violation("error-queue", $"{q!["messages"]} messages lie in {q["queue"]}."));
    }

    private static string Told(IReadOnlyList<Violation> violations) => $"{violations.Count} violations.\n" + string.Join('\n', violations.GroupBy(v => v.Check)
        .Select(check => $"{check.Key}: {check.Count()}\n" + string.Join('\n', check.Take(5).Select(v => $"  {v.Sentence}"))));
}
