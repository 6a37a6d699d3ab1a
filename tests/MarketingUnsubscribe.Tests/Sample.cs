using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A small declaration: two topics on consent, one on a legitimate interest.</summary>
internal static class Sample
{
    public const string Site = "orchard";
    public const string Controller = "orchard-ltd";
    public const string Origin = "https://www.orchard.example";
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static Texts Text(string nl, string en) => new() { ["nl"] = nl, ["en"] = en };

    public static Declaration Declaration(string site = Site, string controller = Controller, params string[] topics) => new()
    {
        Site = site,
        EffectiveFrom = new DateOnly(2026, 1, 1),
        Origins = [Origin],
        Languages = ["nl", "en"],
        Controller = new Controller
        {
            Id = controller,
            Name = "De Boomgaard B.V.",
            Address = "Appellaan 1",
            Postcode = "1234 AB",
            City = "Tiel",
            Country = "NL",
            Email = "vragen@orchard.example",
            Website = "https://www.orchard.example",
        },
        SupervisoryAuthority = new Authority("Autoriteit Persoonsgegevens", "https://autoriteitpersoonsgegevens.nl"),
        ScopeOfStatement = Text("Deze site.", "This site."),
        AnnouncementOfChanges = Text("Op deze pagina.", "On this page."),
        DataCategories = [new DataCategory { Id = "e-mail", Name = Text("E-mailadres", "E-mail address") }],
        Purposes = [Purpose("marketing", LegalBasis.Consent), Purpose("customer-news", LegalBasis.LegitimateInterest)],
        Vendors = [],
        Cookies = [],
        Topics = [.. (topics.Length > 0 ? topics : ["newsletter", "offers", "tips"]).Select(Topic)],
        Rights = new Rights
        {
            Requests = [RightsRequest.Access, RightsRequest.Objection],
            Email = "privacy@orchard.example",
            Deadline = new Term(0, 0, 28),
            IdentityCheck = new IdentityCheck(IdentityCheckMethod.ConfirmationMail, Text("Per e-mail.", "By e-mail.")),
            Procedure = Text("Schrijf ons.", "Write to us."),
        },
    };

    /// <summary>Each topic on these channels.</summary>
    public static Declaration OnChannels(params Channel[] channels) => Declaration() with { Topics = [.. Declaration().Topics.Select(t => t with { Channels = channels })] };

    public static PublishedDeclaration Published(Declaration declaration, int version = 1) =>
        new(version, PublishedDeclaration.HashOf(declaration), Noon.AddDays(version), declaration, Meaning.OfAll(declaration, null));

    /// <summary>The same declaration, in which marketing has come to mean something else: a further recipient.</summary>
    public static Declaration WithAnotherMeaning(Declaration declaration) => declaration with
    {
        Purposes = [.. declaration.Purposes.Select(p => p with { Vendors = ["advertiser"] })],
    };

    public static PurposeDecision Decided(Declaration on, string id, Decision status, DateTimeOffset at, DateTimeOffset? until = null) =>
        new(status, at, 1, until, PublishedDeclaration.HashOf(on), Published(on).MeaningOf(id));

    public static Receipt Receipt(string subject, long version, params (string Id, PurposeDecision Decision)[] decisions) => new()
    {
        Id = RandomId.New(),
        Site = Site,
        Controller = Controller,
        SubjectId = subject,
        Epoch = 1,
        Version = version,
        Purposes = decisions.ToDictionary(d => d.Id, d => d.Decision),
        Changed = [.. decisions.Select(d => d.Id)],
        RecordedAt = Noon,
    };

    private static Purpose Purpose(string id, LegalBasis basis) => new()
    {
        Id = id,
        Name = Text(id, id),
        Description = Text(id, id),
        LegalBasis = basis,
        DataCategories = ["e-mail"],
        Retention = new Retention { Trigger = "withdrawn", Description = Text("Tot intrekking.", "Until withdrawn.") },
    };

    private static Topic Topic(string id) => new()
    {
        Id = id,
        Purpose = id == "tips" ? "customer-news" : "marketing",
        Name = Text(id == "newsletter" ? "Nieuws uit de boomgaard" : id, id == "newsletter" ? "News from the orchard" : id),
        Description = Text("Elke maand een nieuwsbrief.", "A newsletter each month."),
        Channels = [Channel.Email],
    };
}
