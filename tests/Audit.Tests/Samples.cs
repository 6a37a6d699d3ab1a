using Consent.Contracts;

namespace Consent.Audit.Tests;

/// <summary>One garden centre, one visitor, one reader of its letter: events as the other services send them.</summary>
internal static class Samples
{
    public const string Site = "tuin";
    public const string Controller = "tuinhuis";
    public static DateTimeOffset Noon { get; } = new(2026, 6, 3, 12, 0, 0, TimeSpan.Zero);

    public static PublishedDeclaration Declaration(int version = 1, string cityOfController = "Ede")
    {
        var declaration = new Declaration
        {
            Site = Site,
            EffectiveFrom = new DateOnly(2026, 1, 1),
            Origins = ["https://tuin.example"],
            Languages = ["nl", "en"],
            Controller = new Controller
            {
                Id = Controller,
                Name = "Het Tuinhuis B.V.",
                Address = "Dorpsstraat 1",
                Postcode = "6711 AA",
                City = cityOfController,
                Country = "NL",
                Email = "privacy@tuin.example",
                Website = "https://tuin.example",
            },
            SupervisoryAuthority = new Authority("Autoriteit Persoonsgegevens", "https://autoriteitpersoonsgegevens.nl"),
            ScopeOfStatement = Both("Deze website.", "This website."),
            AnnouncementOfChanges = Both("Op deze pagina.", "On this page."),
            DataCategories = [],
            Purposes =
            [
                new Purpose
                {
                    Id = "statistics",
                    Name = Both("Statistiek", "Statistics"),
                    Description = Both("Wij tellen welke pagina's gelezen worden.", "We count which pages are read."),
                    LegalBasis = LegalBasis.Consent,
                    DataCategories = [],
                    Retention = new Retention { Term = Term.SixMonths, Trigger = "collected", Description = Both("Zes maanden.", "Six months.") },
                },
            ],
            Vendors = [],
            Cookies = [],
            Topics =
            [
                new Topic { Id = "offers", Purpose = "statistics", Name = Both("Aanbiedingen", "Offers"), Description = Both("Elke week.", "Each week."), Channels = [Channel.Email] },
            ],
            Rights = new Rights
            {
                Requests = [RightsRequest.Access],
                Email = "privacy@tuin.example",
                Deadline = new Term(0, 1, 0),
                IdentityCheck = new IdentityCheck(IdentityCheckMethod.Account, Both("U logt in.", "You sign in.")),
                Procedure = Both("Schrijf ons.", "Write to us."),
            },
        };
        return new PublishedDeclaration(version, PublishedDeclaration.HashOf(declaration), Noon.AddDays(-30), declaration);
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

    private static Texts Both(string nl, string en) => new() { ["nl"] = nl, ["en"] = en };
}
