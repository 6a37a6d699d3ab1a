using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// The controller's record of processing activities (GDPR art. 30(1)), as data in one language; each member names its letter. What a
/// declaration does not say stands in <paramref name="NotDeclared"/>: a supervisory authority is not to take silence for "none".
/// </summary>
/// <param name="Controller">(a), with its representative and its data protection officer.</param>
/// <param name="JointControllers">(a).</param>
/// <param name="Activities">(b) to (f), one for each purpose.</param>
/// <param name="Measures">(g).</param>
/// <param name="Disclosures">Further categories of recipients: (d).</param>
internal sealed record RegisterOfProcessing(
    string Site, int Version, string Hash, DateOnly EffectiveFrom, string Language, Controller Controller, string PrivacyEmail,
    IReadOnlyList<RegisterOfProcessing.Recipient> JointControllers,
    IReadOnlyList<RegisterOfProcessing.Activity> Activities, IReadOnlyList<string> Disclosures, IReadOnlyList<string> Measures,
    IReadOnlyList<string>? AutomatedDecisions, IReadOnlyList<RegisterOfProcessing.Part> NotDeclared, IReadOnlyList<DeclarationWarning> Warnings)
{
    /// <param name="DataSubjects">(c).</param>
    /// <param name="DataCategories">(c), with those of GDPR art. 9 repeated in <paramref name="SpecialCategories"/>.</param>
    /// <param name="Recipients">(d).</param>
    /// <param name="Transfers">(e): those of the recipients that are outside the EEA.</param>
    /// <param name="Retention">(f), as the statement says it; <paramref name="Term"/> and <paramref name="Trigger"/> as the declaration counts it.</param>
    internal sealed record Activity(
        string Id, string Purpose, string Description, LegalBasis LegalBasis, string? Interest, string? DataSubjects, IReadOnlyList<string> DataCategories,
        IReadOnlyList<string> SpecialCategories, IReadOnlyList<Recipient> Recipients, IReadOnlyList<Recipient> Transfers, string Retention, string? Term, string Trigger);

    internal sealed record Recipient(string Id, string Name, VendorRole Role, string Country, string? Agreement, string? Safeguard, string? Contact);

    /// <param name="Id">Stable.</param>
    internal sealed record Part(string Id, string Article, Texts Name);

    /// <summary>What the law asks of the register or of the statement where it applies, and the declaration is silent on.</summary>
    public static IReadOnlyList<Part> Unsaid(Declaration declaration) => [.. Parts.Where(p => IsUnsaid(p.Id, declaration))];

    private static readonly IReadOnlyList<Part> Parts =
    [
        Said("data-protection-officer", "GDPR art. 30(1)(a), 13(1)(b)"),
        Said("representative", "GDPR art. 30(1)(a), 13(1)(a)"),
        Said("joint-controllers", "GDPR art. 30(1)(a), 26(2)"),
        Said("categories-of-data-subjects", "GDPR art. 30(1)(c)"),
        Said("measures", "GDPR art. 30(1)(g)"),
        Said("sources", "GDPR art. 14(2)(f)"),
        Said("automated-decisions", "GDPR art. 13(2)(f), 14(2)(g)"),
    ];

    private static bool IsUnsaid(string part, Declaration declaration) => part switch
    {
        "data-protection-officer" => declaration.Controller.DataProtectionOfficer is null,
        "representative" => LacksRepresentative(declaration.Controller),
        "joint-controllers" => declaration.Vendors.Any(v => v.Role == VendorRole.JointController && v.Contact is null),
        "categories-of-data-subjects" => declaration.Purposes.Any(p => p.DataSubjects is null),
        "measures" => declaration.Measures.Count == 0,
        "sources" => declaration.DataCategories.All(c => c.Source is null),
        _ => declaration.AutomatedDecisions is null,
    };

    /// <summary>Only a controller outside the Union needs one (GDPR art. 27).</summary>
    public static bool LacksRepresentative(Controller controller) =>
        controller.Representative is null && !EuropeanEconomicArea.Countries.Contains(controller.Country);

    public static RegisterOfProcessing Of(Page page)
    {
        var (declaration, language) = (page.Declaration, page.Language);
        return new RegisterOfProcessing(
            declaration.Site, page.Shown.Version, page.Shown.Hash, declaration.EffectiveFrom, language, declaration.Controller, declaration.Rights.Email,
            [.. declaration.Vendors.Where(v => v.Role == VendorRole.JointController).Select(RecipientOf)],
            [.. declaration.Purposes.Select(p => ActivityOf(page, p))],
            [.. declaration.Disclosures.Select(s => s.Text.In(language))], [.. declaration.Measures.Select(s => s.Text.In(language))],
            declaration.AutomatedDecisions is { } decisions ? [.. decisions.Select(s => s.Text.In(language))] : null, Unsaid(declaration), DeclarationWarnings.Of(page.History.ByVersion(page.Shown.Version - 1), page.Shown));
    }

    private static Activity ActivityOf(Page page, Purpose purpose)
    {
        var categories = page.Declaration.DataCategories.Where(c => purpose.DataCategories.Contains(c.Id, StringComparer.Ordinal)).ToList();
        List<Recipient> recipients = [.. purpose.Vendors.Select(page.Vendor).OfType<Vendor>().Select(RecipientOf)];
        return new Activity(
            purpose.Id, purpose.Name.In(page.Language), purpose.Description.In(page.Language), purpose.LegalBasis, purpose.Interest?.In(page.Language), purpose.DataSubjects?.In(page.Language),
            [.. categories.Select(c => c.Name.In(page.Language))], [.. categories.Where(c => c.Special).Select(c => c.Name.In(page.Language))],
            recipients, [.. recipients.Where(r => !EuropeanEconomicArea.Countries.Contains(r.Country))],
            purpose.Retention.Description.In(page.Language), Counted(page.Words, purpose.Retention), purpose.Retention.Trigger);
    }

    private static Recipient RecipientOf(Vendor vendor) =>
        new(vendor.Id, vendor.Name, vendor.Role, vendor.Country, vendor.Agreement?.Kind, vendor.Safeguard, vendor.Contact);

    private static string? Counted(PageWords words, Retention retention) => retention.Term switch
    {
        null => null,
        { Years: 0, Months: 0 } term when retention.WorkingDays => words.Count(words.Register.WorkingDays, term.Days),
        { } term => words.Term(term),
    };

    /// <summary>Named in Dutch and English, as warnings are; a page has the name in its own language.</summary>
    private static Part Said(string id, string article) =>
        new(id, article, new Texts { ["nl"] = PageWords.In("nl").Register.Parts[id], ["en"] = PageWords.In("en").Register.Parts[id] });
}
