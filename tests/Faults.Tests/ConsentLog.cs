using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>The receipts of the consent service, as it exports them.</summary>
internal sealed class ConsentLog
{
    private readonly Dictionary<string, Receipt> _wanted = new(StringComparer.Ordinal);

    /// <summary>The newest receipt of each (site, subject).</summary>
    public Dictionary<(string Site, string Subject), Receipt> Newest { get; } = [];

    /// <summary>Subjects of whom a one-click opt-out is in the log.</summary>
    public HashSet<(string Site, string Subject)> OptedOut { get; } = [];

    /// <summary>Where a stream is not gapless, with what was found.</summary>
    public List<string> Gaps { get; } = [];

    /// <summary>The highest that was seen; raised by a restore.</summary>
    public int Epoch { get; private set; }

    public Receipt? Find(string id) => _wanted.GetValueOrDefault(id);

    /// <param name="ids">The receipts that will be asked for; the others are not kept.</param>
    public static async Task<ConsentLog> ReadAsync(Deployment deployment, IReadOnlySet<string> ids)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        var log = new ConsentLog();
        using var http = deployment.Product.Client(deployment.Consents[0], deployment.Product.Token("consent"));
        http.Timeout = TimeSpan.FromMinutes(5);
        foreach (var site in Product.Sites)
        {
            await using var lines = await http.GetStreamAsync($"/v1/sites/{site}/export?format=ndjson");
            using var reader = new StreamReader(lines);
            while (await reader.ReadLineAsync() is { } line) log.Take(JsonNode.Parse(line)!["receipt"].Deserialize<Receipt>(ContractJson.Options)!, ids);
        }

        return log;
    }

    private void Take(Receipt receipt, IReadOnlySet<string> ids)
    {
        var stream = (receipt.Site, receipt.SubjectId);
        var before = Newest.GetValueOrDefault(stream);
        if (receipt.Version != (before?.Version ?? 0) + 1 || receipt.Previous != before?.Id)
            Gaps.Add($"Receipt {receipt.Id} of {receipt.Site} has version {receipt.Version} and follows version {before?.Version ?? 0}.");
        Newest[stream] = receipt;
        Epoch = Math.Max(Epoch, receipt.Epoch);
        if (receipt.Action == "one-click-unsubscribe") OptedOut.Add(stream);
        if (ids.Contains(receipt.Id)) _wanted[receipt.Id] = receipt;
    }
}
