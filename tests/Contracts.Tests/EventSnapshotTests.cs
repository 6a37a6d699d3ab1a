using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Contracts.Tests;

/// <summary>
/// What goes over the broker is a contract with programs that nobody here knows. A change shows as a difference of
/// <c>approved/{kind}.json</c> and is additive only; with CONSENT_APPROVE=1 the files are written anew, to be read before they are committed.
/// </summary>
public sealed class EventSnapshotTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 3, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Contracts.Tests", "approved");

    private static readonly Dictionary<string, object> Examples = new(StringComparer.Ordinal)
    {
        [ConsentChanged.Kind] = new ConsentChanged("r2", Noon, new Receipt
        {
            Id = "r2",
            Site = "corner-shop",
            Controller = "corner-shop-bv",
            SubjectId = "0123456789abcdef0123456789abcdef",
            Epoch = 1,
            Version = 2,
            Purposes = new SortedDictionary<string, PurposeDecision>(StringComparer.Ordinal)
            {
                ["media"] = new(Decision.Refused, Noon, 2, Noon.AddMonths(6), "d1", "m2"),
                ["news"] = new(Decision.Withdrawn, Noon, 2, null, "d1", "m3", Noon.AddSeconds(-1)),
                ["showcase"] = new(Decision.Objected, Noon, 2, null, "d1", "m4"),
                ["statistics"] = new(Decision.Given, Noon.AddDays(-1), 1, Noon.AddDays(-1).AddMonths(6), "d1", "m1"),
            },
            Changed = ["media", "news", "showcase"],
            Declaration = "d1",
            DeclarationVersion = 1,
            Language = "nl",
            Action = "save",
            Source = "banner",
            ClaimedAt = Noon.AddSeconds(-1),
            RecordedAt = Noon,
            Previous = "r1",
            CausedBy = "e1",
            Dropped = [new DroppedDecision("bogus", "unknown-purpose")],
        }),
        [ConsentErased.Kind] = new ConsentErased("t1", Noon, "corner-shop", "0123456789abcdef0123", 1, 3, Noon, ErasureReason.Request),
        [DeclarationPublished.Kind] = new DeclarationPublished("p1", Noon, new PublishedDeclaration(1, "d1", Noon,
            SampleDeclaration.Of("corner-shop", "corner-shop-bv", [SampleDeclaration.Purpose("statistics")]), new Dictionary<string, string> { ["statistics"] = "0123456789abcdef" })),
        [MarketingUnsubscribed.Kind] = new MarketingUnsubscribed("e1", Noon, "corner-shop", "a1-00", ["news"], "one-click-unsubscribe", "nl", Noon, "spring-2026", true),
        [MarketingUnsubscribeUndone.Kind] = new MarketingUnsubscribeUndone("e3", Noon, "corner-shop", "a1-00", ["news"], "e1", "nl", Noon, new StandingOptIn("d1", Noon, Noon, Noon, "crm"), Noon, ["e0"]),
        [MarketingSubscribed.Kind] = new MarketingSubscribed("e2", Noon, "corner-shop", "a1-00", ["news"], "confirmed-subscribe", "nl", "d1", Noon, Noon, Noon, StatedBy: "crm", MailHash: "h1"),
        [MarketingLinksMade.Kind] = new MarketingLinksMade("e6", Noon, "corner-shop", "news", "spring-2026", 1200, Noon),
        [ErasureAsked.Kind] = new ErasureAsked("e5", Noon, "corner-shop", "a1-00", Noon),
        [MarketingErased.Kind] = new MarketingErased("e4", Noon, "corner-shop", "a1-00", Noon),
        [MailCounted.Kind] = new MailCounted("m1", Noon, "corner-shop", "corner-shop-bv", "invoices", MailClass.Transactional, "delivery",
            new DateTimeOffset(2026, 6, 3, 11, 0, 0, TimeSpan.Zero), new SortedDictionary<string, long>(StringComparer.Ordinal) { ["handed-over"] = 120, ["try-again"] = 2 }, "g1"),
        [ConsentApplied.Kind] = ConsentApplied.By("newsletter", "consent", "r2", Noon, ["r3", "r4"]),
        [SubscriberAnnounced.Kind] = new SubscriberAnnounced("s1", "newsletter", ["consent-changed", "declaration-published"], false, Noon, ["statistics"], true),
        [SubscriberRetired.Kind] = new SubscriberRetired("s2", Noon, "consent", "newsletter", "replaced by letters", "operator-7", Noon),
        [SnapshotRequested.Kind] = new SnapshotRequested("q3", "consent", "newsletter", ["consent-changed", "consent-erased"], ["statistics"], "", "ffffffffffffffffffff"),
        [SnapshotPage.Kind] = new SnapshotPage("q3", "consent", "", "0123456789abcdef0123", false, [new PublishedEvent("consent-erased", Erased)]),
        [FeedRequested.Kind] = new FeedRequested("q4", "marketing-unsubscribe", "consent", ["marketing-unsubscribed"], 17),
        [FeedPage.Kind] = new FeedPage("q4", "marketing-unsubscribe", 17, 18, [new PublishedEvent("consent-erased", Erased)]),
        [StateCompared.Kind] = new StateCompared("q5", "consent", "newsletter", ["statistics"], 1, 0, [new StateDigest(17).ToString(), StateDigest.None.ToString()], StateDigest.None.ToString()),
        [ComparisonAnswered.Kind] = new ComparisonAnswered("q6", "consent", "q5", [1], false),
        [LedgerRequested.Kind] = new LedgerRequested("q1", "consent", 17, 2),
        [LedgerPage.Kind] = new LedgerPage("q2", "consent", 18, [ConsentApplied.By("newsletter", "consent", "r2", Noon)], 17, 2),
    };

    private static JsonElement Erased => JsonSerializer.SerializeToElement(new ConsentErased("t1", Noon, "corner-shop", "0123456789abcdef0123", 1, 3, Noon), ContractJson.Options);

    public static TheoryData<string> Kinds => [.. Examples.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Body_IsAsApproved(string kind)
    {
        var file = Path.Combine(Folder, $"{kind}.json");
        var written = JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(Examples[kind], Examples[kind].GetType(), ContractJson.Options))!
            .ToJsonString(new JsonSerializerOptions(ContractJson.Options) { WriteIndented = true }) + "\n";
        if (Environment.GetEnvironmentVariable("CONSENT_APPROVE") == "1") File.WriteAllText(file, written);

        Assert.Equal(File.ReadAllText(file), written);
    }

    [Fact]
    public void EveryEvent_HasAnExample() =>
        Assert.Equal(typeof(IEvent).Assembly.GetTypes().Count(t => t.IsClass && t.IsAssignableTo(typeof(IEvent))), Examples.Count);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Body_ReadAgain_IsTheSame(string kind)
    {
        var type = Examples[kind].GetType();
        var body = JsonSerializer.SerializeToUtf8Bytes(Examples[kind], type, ContractJson.Options);
        Assert.Equal(body, JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(body, type, ContractJson.Options), type, ContractJson.Options));
    }
}
