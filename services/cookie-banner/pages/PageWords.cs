using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// What the pages say of themselves, around the texts of a declaration: in Dutch and in English, each written by itself. A declaration
/// in another language is surrounded by English, and marked as being in its own.
/// </summary>
internal sealed partial record PageWords
{
    public static PageWords In(string language) => PageLanguage.Primary(language) == "nl" ? Dutch : English;

    /// <summary>Tag of these words, for <c>lang</c>.</summary>
    public required string Language { get; init; }
    public required IReadOnlyList<string> Months { get; init; }
    public required Func<int, string> Years { get; init; }
    public required Func<int, string> MonthsLong { get; init; }
    public required Func<int, string> Days { get; init; }
    public required string And { get; init; }
    public required string None { get; init; }
    public required string Languages { get; init; }
    public required string Contents { get; init; }
    public required string OtherPages { get; init; }
    public required Func<string, int, string> Dated { get; init; }

    public required IReadOnlyDictionary<LegalBasis, string> Bases { get; init; }
    public required IReadOnlyDictionary<LegalBasis, string> Required { get; init; }
    public required IReadOnlyDictionary<VendorRole, string> Roles { get; init; }
    public required IReadOnlyDictionary<CookieKind, string> Kinds { get; init; }
    public required IReadOnlyDictionary<string, string> Agreements { get; init; }
    public required IReadOnlyDictionary<string, string> Safeguards { get; init; }
    public required IReadOnlyDictionary<IdentityCheckMethod, string> IdentityChecks { get; init; }
    public required IReadOnlyDictionary<RightsRequest, (string Name, string How)> Rights { get; init; }
    public required string InsideEea { get; init; }

    public required CookieWords Cookies { get; init; }
    public required PrivacyWords Privacy { get; init; }
    public required ChangeWords Changes { get; init; }
    public required RegisterWords Register { get; init; }

    public string Date(DateOnly day) => $"{day.Day} {Months[day.Month - 1]} {day.Year}";

    /// <summary>As "1 year, 2 months and 10 days".</summary>
    public string Term(Term term)
    {
        var parts = new List<string>();
        if (term.Years > 0) parts.Add(Years(term.Years));
        if (term.Months > 0) parts.Add(MonthsLong(term.Months));
        if (term.Days > 0 || parts.Count == 0) parts.Add(Days(term.Days));
        return parts.Count == 1 ? parts[0] : $"{string.Join(", ", parts[..^1])} {And} {parts[^1]}";
    }

    internal sealed record CookieWords
    {
        public required string Title { get; init; }
        public required string Lead { get; init; }
        public required string Nothing { get; init; }
        public required string Change { get; init; }
        public required string Name { get; init; }
        public required string Kind { get; init; }
        public required string SetBy { get; init; }
        public required string Kept { get; init; }
        public required string For { get; init; }
        public required string WithConsent { get; init; }
        public required string WithoutConsent { get; init; }
        public required string Why { get; init; }
        public required string Basis { get; init; }
        public required string Interest { get; init; }
        public required string Recipients { get; init; }
        public required string NobodyElse { get; init; }
        public required string UntilBrowserCloses { get; init; }
        public required string UntilTabCloses { get; init; }
        public required string UntilRemoved { get; init; }
    }

    internal sealed record PrivacyWords
    {
        public required string Title { get; init; }
        public required Func<string, string> NotCurrent { get; init; }
        public required string ReadCurrent { get; init; }
        public required Func<string, string> Announced { get; init; }
        public required string ReadAnnounced { get; init; }
        public required string Controller { get; init; }
        public required string Name { get; init; }
        public required string Address { get; init; }
        public required string TradeRegister { get; init; }
        public required string Phone { get; init; }
        public required string Email { get; init; }
        public required string Website { get; init; }
        public required string Requests { get; init; }
        public required string Purposes { get; init; }
        public required string Basis { get; init; }
        public required string Interest { get; init; }
        public required string Data { get; init; }
        public required string Recipients { get; init; }
        public required string Retention { get; init; }
        public required string IsRequired { get; init; }
        public required string Advertising { get; init; }
        public required string Topics { get; init; }
        public required string Categories { get; init; }
        public required string Category { get; init; }
        public required string UsedFor { get; init; }
        public required string Special { get; init; }
        public required string Source { get; init; }
        public required string SourceText { get; init; }
        public required string OtherSources { get; init; }
        public required string Representative { get; init; }
        public required string DataProtectionOfficer { get; init; }
        public required string Contact { get; init; }
        public required string AutomatedNone { get; init; }
        public required string Vendors { get; init; }
        public required string VendorsNone { get; init; }
        public required string Role { get; init; }
        public required string Country { get; init; }
        public required string Agreement { get; init; }
        public required string Safeguard { get; init; }
        public required string Policy { get; init; }
        public required Func<string, string> SafeguardCopy { get; init; }
        public required string Rights { get; init; }
        public required Func<string, string> Deadline { get; init; }
        public required string Extension { get; init; }
        public required string IdentityCheck { get; init; }
        public required string Withdrawal { get; init; }
        public required string WithdrawalText { get; init; }
        public required string WithdrawByCookies { get; init; }
        public required string WithdrawByMailing { get; init; }
        public required Func<string, string> WithdrawByMail { get; init; }
        public required Func<string, string, string> HowLong { get; init; }
        public required string Complaint { get; init; }
        public required string ComplaintText { get; init; }
        public required string Automated { get; init; }
        public required string AutomatedText { get; init; }
        public required string Disclosures { get; init; }
        public required string Measures { get; init; }
        public required string Children { get; init; }
        public required Func<string, int, string> ChildrenText { get; init; }
        public required string Laws { get; init; }
        public required Func<string?, string?, string> LawTerm { get; init; }
        public required string CookiesText { get; init; }
        public required string Changes { get; init; }
    }

    internal sealed record ChangeWords
    {
        public required string Caption { get; init; }
        public required string Version { get; init; }
        public required string InForce { get; init; }
        public required string What { get; init; }
        public required string First { get; init; }
        public required string Nothing { get; init; }
        public required string Current { get; init; }
        public required string Future { get; init; }
        public required string Read { get; init; }
        public required string Added { get; init; }
        public required string Removed { get; init; }
        public required string Changed { get; init; }
        public required Func<string, string> AskAgain { get; init; }
        public required IReadOnlyDictionary<string, string> Lists { get; init; }
        public required IReadOnlyDictionary<string, string> Members { get; init; }
    }

    internal sealed record RegisterWords
    {
        public required string Title { get; init; }
        public required string Lead { get; init; }
        public required string Warnings { get; init; }
        public required string NoWarnings { get; init; }
        public required string NotDeclared { get; init; }
        public required string NotDeclaredText { get; init; }
        public required string Missing { get; init; }
        public required string Purpose { get; init; }
        public required string Subjects { get; init; }
        public required string Transfers { get; init; }
        public required string NoTransfers { get; init; }
        public required string Trigger { get; init; }
        public required Func<string, string> After { get; init; }
        public required Func<int, string> WorkingDays { get; init; }
        public required string Site { get; init; }
        public required string Description { get; init; }
    }
}
