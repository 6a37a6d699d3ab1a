using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests;

/// <summary>One garden centre, one visitor, one reader of its letter: events as the other services send them.</summary>
internal static class Samples
{
    public const string Site = "tuin";
    public const string Controller = "tuinhuis";
    public static DateTimeOffset Noon { get; } = new(2026, 6, 3, 12, 0, 0, TimeSpan.Zero);

    public static PublishedDeclaration Declaration(int version = 1, string cityOfController = "Ede")
    {
        var statistics = SampleDeclaration.Purpose("statistics") with
        {
            Name = SampleDeclaration.Text("Statistiek", "Statistics"),
            Description = SampleDeclaration.Text("Wij tellen welke pagina's gelezen worden.", "We count which pages are read."),
        };
        var declaration = SampleDeclaration.Of(Site, Controller, [statistics], [SampleDeclaration.Topic("offers", "statistics")], "Het Tuinhuis B.V.");
        return (declaration with { Controller = declaration.Controller with { City = cityOfController } }).Published(Noon.AddDays(-30), version);
    }

    public static DeclarationPublished Publication(PublishedDeclaration? declaration = null)
    {
        declaration ??= Declaration();
        return new DeclarationPublished($"declaration-{declaration.Version}", declaration.PublishedAt.AddMilliseconds(40), declaration);
    }

    /// <summary>A visitor accepted at noon, by the browser's clock; recorded 20 ms and published 40 ms later.</summary>
    public static ConsentChanged Choice(string id = "receipt-1", string? causedBy = null, DateTimeOffset? claimedAt = null, string site = Site,
        string controller = Controller, string? language = "nl") => new(id, Noon.AddMilliseconds(40), new Receipt
        {
            Id = id,
            Site = site,
            Controller = controller,
            SubjectId = "0123456789abcdef0123456789abcdef",
            Epoch = 1,
            Version = 3,
            Purposes = new Dictionary<string, PurposeDecision> { ["statistics"] = new(Decision.Given, Noon, 3, Noon.AddMonths(6), Declaration().Hash, "0123456789abcdef") },
            Changed = ["statistics"],
            Declaration = Declaration().Hash,
            DeclarationVersion = 1,
            Language = language,
            Action = "accept-all",
            Source = "banner",
            ClaimedAt = claimedAt ?? Noon,
            RecordedAt = Noon.AddMilliseconds(20),
            CausedBy = causedBy,
        });

    /// <summary>A reader opted out 100 ms before noon.</summary>
    public static MarketingUnsubscribed OptOut(string id = "opt-out-1") => new(id, Noon.AddMilliseconds(-80), Site, $"a1-{new string('b', 64)}",
        ["offers"], "one-click-unsubscribe", "nl", Noon.AddMilliseconds(-100));

    public static MarketingSubscribed OptIn(string id = "opt-in-1") => new(id, Noon.AddMilliseconds(-80), Site, $"a1-{new string('b', 64)}",
        ["offers"], "confirmed-form", "nl", Declaration().Hash, ConfirmedAt: Noon.AddMilliseconds(-100), Noon.AddMilliseconds(-100));

    public static ConsentApplied Applied(string subscriber, int millisecondsAfterNoon, string recordId = "receipt-1", string source = "consent") =>
        ConsentApplied.By(subscriber, source, recordId, Noon.AddMilliseconds(millisecondsAfterNoon));
}
