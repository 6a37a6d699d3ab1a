using Consent.Contracts;

namespace Consent.Subscriber.Tests;

/// <summary>One small site with a consent purpose, a purpose that needs none, and a topic.</summary>
internal static class Sample
{
    public const string Site = "bakery";
    public const string Visitor = "00112233445566778899aabbccddeeff";
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    public static string Address(int n) => $"a1-{n:x64}";

    public static PublishedDeclaration Published(int version = 1, Func<Declaration, Declaration>? change = null, string site = Site)
    {
        var declaration = Declaration(site);
        if (change is not null) declaration = change(declaration);
        return new PublishedDeclaration(version, PublishedDeclaration.HashOf(declaration), Start.AddMinutes(version), declaration);
    }

    public static DeclarationPublished Event(PublishedDeclaration declaration) => new(RandomId.New(), declaration.PublishedAt, declaration);

    public static ConsentChanged Event(Receipt receipt) => new(receipt.Id, receipt.RecordedAt, receipt);

    /// <summary>A receipt by which the subject decides these purposes; valid for 180 days.</summary>
    public static Receipt Receipt(
        long version, Decision decision, string subject = Visitor, int epoch = 1, string site = Site, params string[] purposes) => new()
        {
            Id = RandomId.New(),
            Site = site,
            Controller = "bakery-bv",
            SubjectId = subject,
            Epoch = epoch,
            Version = version,
            Changed = purposes.Length == 0 ? ["statistics"] : purposes,
            Declaration = Published().Hash,
            Language = "nl",
            Action = "save",
            Source = "banner",
            RecordedAt = Start.AddSeconds(version),
            Purposes = (purposes.Length == 0 ? ["statistics"] : purposes).ToDictionary(p => p, p => new PurposeDecision(
                decision, Start.AddSeconds(version), version, Start.AddDays(180), Published().Hash, Meaning.Of(Published().Declaration, p))),
        };

    /// <summary>Another thing is done with the data from now on, so whoever said yes must be asked again.</summary>
    public static Declaration WithOtherVendors(Declaration declaration) => declaration with
    {
        Purposes = [.. declaration.Purposes.Select(p => p with { Vendors = ["counter"] })],
    };

    private static Declaration Declaration(string site) => new()
    {
        Site = site,
        EffectiveFrom = new DateOnly(2026, 3, 1),
        Origins = ["https://bakery.example"],
        Languages = ["en"],
        Controller = new Controller
        {
            Id = "bakery-bv",
            Name = "Bakery",
            Address = "Oven 1",
            Postcode = "1000 AA",
            City = "Amsterdam",
            Country = "NL",
            Email = "privacy@bakery.example",
            Website = "https://bakery.example",
        },
        SupervisoryAuthority = new Authority("Autoriteit Persoonsgegevens", "https://autoriteitpersoonsgegevens.nl"),
        ScopeOfStatement = In("This site."),
        AnnouncementOfChanges = In("On this page."),
        DataCategories = [new DataCategory { Id = "visits", Name = In("Visits") }],
        Purposes = [Purpose("statistics", LegalBasis.Consent), Purpose("orders", LegalBasis.Contract), Purpose("marketing", LegalBasis.Consent)],
        Vendors = [],
        Cookies = [],
        Topics = [new Topic { Id = "new-loaves", Purpose = "marketing", Name = In("New loaves"), Description = In("What is new."), Channels = [Channel.Email] }],
        Rights = new Rights
        {
            Requests = [RightsRequest.Access],
            Email = "privacy@bakery.example",
            Deadline = new Term(0, 1, 0),
            Procedure = In("Write to us."),
            IdentityCheck = new IdentityCheck(IdentityCheckMethod.ConfirmationMail, In("We write back.")),
        },
    };

    private static Purpose Purpose(string id, LegalBasis basis) => new()
    {
        Id = id,
        Name = In(id),
        Description = In(id),
        LegalBasis = basis,
        DataCategories = ["visits"],
        Retention = new Retention { Term = new Term(1, 0, 0), Trigger = "collected", Description = In("A year.") },
    };

    private static Texts In(string text) => new() { ["en"] = text };
}
