using Consent.ConsentService;
using Consent.Contracts;
using Consent.CookieBanner.Pages;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>Declarations with something on each part of the pages, and the shipped ones.</summary>
internal static class PageSamples
{
    public static readonly string[] Shipped = ["kabelaar", "koppelhuis", "raadhuis", "slotmaker", "weefgoed"];

    public static Declaration ReadShipped(string site)
    {
        var (node, _) = ReadDeclaration.Of(File.ReadAllBytes(Path.Combine(Repository.Root, "tools", "declarations", site + ".yaml")), "application/yaml");
        var (declaration, faults) = ValidateDeclaration.Of(node);
        Assert.Empty(faults);
        return declaration!;
    }

    public static DataCategory Category(string id, string dutch, string english, bool special = false) =>
        new() { Id = id, Name = Say(dutch, english), Special = special };

    public static Vendor Vendor(string id, string name, string country = "NL", string? safeguard = null, VendorRole role = VendorRole.Processor) => new()
    {
        Id = id,
        Name = name,
        Role = role,
        Country = country,
        Safeguard = safeguard,
        Agreement = new Agreement("processing-agreement", $"https://{id}.example/agreement"),
        PrivacyPolicy = $"https://{id}.example/privacy",
    };

    /// <summary>A site with one of everything.</summary>
    public static Declaration Full() => Declaration() with
    {
        Controller = Declaration().Controller with { TradeRegisterNumber = "01234567", Phone = "+31 20 000 00 01" },
        SupervisoryAuthority = new Authority("Autoriteit Persoonsgegevens", "https://authority.example/klacht"),
        DataCategories = [Category("visits", "Bezochte pagina’s", "Pages visited"), Category("health", "Gezondheid", "Health", special: true)],
        Vendors = [Vendor("meter", "Meter Inc.", "IN", "standard-contractual-clauses"), Vendor("mailer", "Mailer", "DE")],
        Purposes =
        [
            Purpose("necessary", LegalBasis.LegalObligation) with { DataCategories = ["visits"] },
            Purpose("statistics") with { DataCategories = ["visits", "health"], Vendors = ["meter"] },
            Purpose("letters", LegalBasis.LegitimateInterest) with
            {
                DataCategories = ["visits"], Vendors = ["mailer"], Advertising = true, Interest = Say("Klanten vertellen wat er nieuw is; afgewogen.", "Telling customers what is new; weighed."),
            },
        ],
        Cookies =
        [
            Stores("necessary", "consent-choice") with { Lifetime = Term.SixMonths },
            Stores("statistics", "_stats*") with { Vendor = "meter", Lifetime = new Term(1, 2, 0) },
            Stores("statistics", "seen", CookieKind.LocalStorage),
            Stores("statistics", "tab", CookieKind.SessionStorage),
            Stores("statistics", "visit"),
        ],
        Topics = [new Topic { Id = "news", Purpose = "letters", Name = Say("Nieuws", "News"), Description = Say("Elke maand", "Each month"), Channels = [Channel.Email] }],
        Rights = Declaration().Rights with { Requests = [RightsRequest.Access, RightsRequest.Information, RightsRequest.Objection], Deadline = new Term(0, 0, 28) },
        Disclosures = [new Statement("police", Say("Bij fraude aan de politie.", "To the police in case of fraud."))],
        Measures = [new Statement("tls", Say("Alles is versleuteld.", "Everything is encrypted."))],
        Regimes = [new Regime("AVG", new DateOnly(2018, 5, 25), null)],
        Children = new Children(new Dictionary<string, int> { ["NL"] = 16 }),
    };

    public static readonly DateTimeOffset Today = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The declarations as one version after another, a day apart, the last one yesterday.</summary>
    public static DeclarationHistory Versions(params IReadOnlyList<Declaration> declarations)
    {
        var history = DeclarationHistory.Empty;
        for (var i = 0; i < declarations.Count; i++)
            history = history.With(PublishedDeclaration.After(history.Newest, declarations[i], Today.AddDays(i - declarations.Count)));
        return history;
    }

    public static Page Page(Declaration declaration, string language = "nl") => Page(Versions(declaration), language);

    /// <param name="version">The one in force when absent.</param>
    public static Page Page(DeclarationHistory history, string language = "nl", int? version = null)
    {
        var inForce = history.Current(Today)!;
        return new Page(version is { } number ? history.ByVersion(number)! : inForce, inForce, history, language);
    }

    internal sealed class Held(DeclarationHistory history) : IDeclarations
    {
        public DeclarationHistory History { get; set; } = history;

        public IReadOnlyCollection<string> Sites => History.Newest is { } newest ? [newest.Declaration.Site] : [];

        public PublishedDeclaration? InForce(string site) => Of(site).Current(Today);

        public DeclarationHistory Of(string site) => History.Newest?.Declaration.Site == site ? History : DeclarationHistory.Empty;

        public PublishedDeclaration? ByHash(string site, string hash) => Of(site).ByHash(hash);
    }
}
