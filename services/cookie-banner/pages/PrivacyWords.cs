namespace Consent.CookieBanner.Pages;

// The words of the privacy statement.
internal sealed partial record PageWords
{
    internal sealed record PrivacyWords
    {
        public required string Title { get; init; }
        public required string NotCurrent { get; init; }
        public required string ReadCurrent { get; init; }
        public required string Announced { get; init; }
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
        public required string SafeguardCopy { get; init; }
        public required string ObjectionTitle { get; init; }
        public required string ObjectionText { get; init; }
        public required string Rights { get; init; }
        public required string Preferences { get; init; }
        public required string Deadline { get; init; }
        public required string Extension { get; init; }
        public required string IdentityCheck { get; init; }
        public required string Withdrawal { get; init; }
        public required string WithdrawalText { get; init; }
        public required string WithdrawByCookies { get; init; }
        public required string WithdrawByMailing { get; init; }
        public required string WithdrawByMail { get; init; }
        public required string HowLong { get; init; }
        public required string Complaint { get; init; }
        public required string ComplaintText { get; init; }
        public required string Automated { get; init; }
        public required string AutomatedText { get; init; }
        public required string Disclosures { get; init; }
        public required string Measures { get; init; }
        public required string Children { get; init; }
        public required string ChildrenText { get; init; }
        public required string Laws { get; init; }
        public required string LawFrom { get; init; }
        public required string LawUntil { get; init; }
        public required string LawFromUntil { get; init; }
        public required string CookiesText { get; init; }
        public required string Changes { get; init; }

        /// <summary>From when until when a law applies; either end may be open.</summary>
        public string LawTerm(string? from, string? until) => (from, until) switch
        {
            (null, null) => "",
            (null, { } last) => LawUntil.Fill(("until", last)),
            ({ } first, null) => LawFrom.Fill(("from", first)),
            ({ } first, { } last) => LawFromUntil.Fill(("from", first), ("until", last)),
        };
    }
}
