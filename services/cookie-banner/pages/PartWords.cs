namespace Consent.CookieBanner.Pages;

// The words of the cookie table, of the changes between versions, and of the register.
internal sealed partial record PageWords
{
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
        public required string Entry { get; init; }
        public required string AskAgain { get; init; }
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

        /// <summary>By the ids of <see cref="RegisterOfProcessing.Part"/>.</summary>
        public required IReadOnlyDictionary<string, string> Parts { get; init; }
        public required string Missing { get; init; }
        public required string Subjects { get; init; }
        public required string Transfers { get; init; }
        public required string NoTransfers { get; init; }
        public required string Trigger { get; init; }
        public required IReadOnlyDictionary<string, string> WorkingDays { get; init; }
        public required string Site { get; init; }
        public required string Description { get; init; }
    }
}
