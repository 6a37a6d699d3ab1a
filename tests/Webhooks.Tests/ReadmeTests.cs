using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Webhooks.Tests;

/// <summary>The examples of the README are what is sent.</summary>
public sealed partial class ReadmeTests
{
    private const string Shop = "corner-shop";
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private const string Stream = "0123456789abcdef0123";
    private static readonly DateTimeOffset At = new(2026, 6, 2, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly DateTimeOffset Christmas = new(2026, 12, 24, 12, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void Every_example_body_is_the_one_that_is_sent()
    {
        var declaration = SampleDeclaration.Of(Shop, "shop-bv", [SampleDeclaration.Purpose("statistics"), SampleDeclaration.Purpose("orders", LegalBasis.Contract)]).Published(At.AddDays(-1));
        var receipt = new Receipt
        {
            Id = Id(1),
            Site = Shop,
            Controller = "shop-bv",
            SubjectId = Visitor,
            Epoch = 1,
            Version = 2,
            Changed = ["statistics"],
            RecordedAt = At,
            Purposes = new Dictionary<string, PurposeDecision> { ["statistics"] = new(Decision.Given, At, 2, At.AddMonths(6), declaration.Hash, declaration.MeaningOf("statistics")) },
        };
        var expiry = WebhookEvents.OfExpiry(receipt, Stream, declaration, "statistics", At.AddMonths(6));
        CloudEvent[] sent =
        [
            WebhookEvents.OfChange(new ConsentChanged(receipt.Id, At, receipt, Stream), declaration, At),
            expiry,
            WebhookEvents.OfErasure(new ConsentErased(Id(3), Christmas, Shop, Stream, 1, 3, Christmas), Shop),
            WebhookEvents.OfTest(Shop, Id(5), Christmas) with { Id = Id(4) },
        ];

        var examples = Example().Matches(Readme()).Select(m => m.Groups["json"].Value.Replace("EXPIRY-ID", expiry.Id, StringComparison.Ordinal)).ToList();

        Assert.Equal(sent.Select(e => Encoding.UTF8.GetString(e.In(CloudEvent.Structured).Body)), examples.Select(e => JsonNode.Parse(e)!.ToJsonString()));
    }

    [Fact]
    public void Every_setting_that_is_read_is_told()
    {
        var asked = new List<string>();
        var settings = File.ReadAllText(Path.Combine(Repository.Root, "services", "subscribers", "webhooks", "WebhookSettings.cs"));
        asked.AddRange(Setting().Matches(settings).Select(m => m.Value).Distinct());
        Assert.Equal(5, asked.Count);
        Assert.All(asked, name => Assert.Contains($"`{name}`", Readme(), StringComparison.Ordinal));
    }

    private static string Id(int n) => $"7d0c{n:d28}";

    private static string Readme()
    {
        using var stream = typeof(ReadmeTests).Assembly.GetManifestResourceStream("README.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"```json\n(?<json>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Example();

    [GeneratedRegex("Webhooks:[A-Za-z]+")]
    private static partial Regex Setting();
}
