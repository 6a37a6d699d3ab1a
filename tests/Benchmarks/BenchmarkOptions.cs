using System.CommandLine;

namespace Consent.Benchmarks;

/// <param name="Receipts">Of the large log; 0 leaves it out.</param>
/// <param name="Keep">A folder for the large log, made there unless it is there already; null for a passing one.</param>
/// <param name="Subjects">Whom a late joiner loads; 0 leaves it out.</param>
/// <param name="Pairs">Deliveries of which the size on disk is measured; 0 leaves it out.</param>
/// <param name="Addresses">Suppressed in the index of marketing's addresses while checks out of it are measured, and as many subscribed; 0 leaves it out.</param>
/// <param name="Entries">Of the verifiable log that is measured; 0 leaves the logs out.</param>
/// <param name="CosmosReceipts">Replayed from Azure Cosmos DB, a stand-in of it; 0 leaves the replay out.</param>
/// <param name="Readers">Who are subscribed while marketing is measured, and as many that opted out; 0 leaves it out.</param>
internal sealed record Plan(
    int Rounds, TimeSpan Each, long Receipts, long Subjects, long Pairs, long Addresses, long Readers, long Entries, long CosmosReceipts, string? Keep, IReadOnlyList<string> Only, string? Json)
{
    public bool Wants(string part) => Only.Count == 0 || Only.Contains(part, StringComparer.Ordinal);
}

internal sealed class BenchmarkOptions
{
    private readonly Option<int> _rounds = new("--rounds") { Description = "Rounds, beside one to warm up.", DefaultValueFactory = _ => 5 };
    private readonly Option<double> _seconds = new("--seconds") { Description = "Seconds of each contender in each round.", DefaultValueFactory = _ => 5 };
    private readonly Option<long> _receipts = new("--receipts") { Description = "Receipts in the large log; 0 leaves it out. Ten million take about 5 GB and a quarter of an hour.", DefaultValueFactory = _ => 10_000_000 };
    private readonly Option<long> _subjects = new("--subjects") { Description = "Subjects whom a late joiner loads; 0 leaves it out.", DefaultValueFactory = _ => 1_000_000 };
    private readonly Option<long> _pairs = new("--pairs") { Description = "Deliveries whose size in the ledger is measured; 0 leaves it out.", DefaultValueFactory = _ => 10_000_000 };
    private readonly Option<long?> _addresses = new("--addresses") { Description = "Suppressed addresses in the index out of which checks are measured, and as many subscribed; ten times --subjects unless given, 0 leaves it out. Ten million take 1.2 GB of memory." };
    private readonly Option<long?> _readers = new("--readers") { Description = "Readers who are subscribed while marketing is measured, and as many that opted out; a tenth of --subjects unless given, 0 leaves it out." };
    private readonly Option<long> _entries = new("--entries") { Description = "Entries in the verifiable log that is measured; 0 leaves the logs out. Ten million take about 15 GB and the better part of an hour.", DefaultValueFactory = _ => 10_000_000 };
    private readonly Option<long> _cosmos = new("--cosmos-receipts") { Description = "Receipts that are replayed from a stand-in of Azure Cosmos DB; 0 leaves the replay out. A million take about 1.5 GB of memory and ten minutes.", DefaultValueFactory = _ => 1_000_000 };
    private readonly Option<string?> _keep = new("--keep") { Description = "A folder in which the large log is kept for the next run, and beside it that of audit." };
    private readonly Option<string[]> _only = new("--only") { Description = "Only these parts: speed, latency, banner, travel, late, ledger, large, index, marketing, audit, cosmos.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _json = new("--json") { Description = "A file for the figures." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_rounds, _seconds, _receipts, _subjects, _pairs, _addresses, _readers, _entries, _cosmos, _keep, _only, _json]) command.Add(option);
    }

    public Plan Of(ParseResult parsed) => new(
        parsed.GetValue(_rounds), TimeSpan.FromSeconds(parsed.GetValue(_seconds)), parsed.GetValue(_receipts), parsed.GetValue(_subjects), parsed.GetValue(_pairs),
        parsed.GetValue(_addresses) ?? (parsed.GetValue(_subjects) * 10),
        parsed.GetValue(_readers) ?? parsed.GetValue(_subjects) / 10, parsed.GetValue(_entries), parsed.GetValue(_cosmos), parsed.GetValue(_keep), parsed.GetValue(_only)!, parsed.GetValue(_json));
}
