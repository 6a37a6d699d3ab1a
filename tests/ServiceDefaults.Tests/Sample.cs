using Consent.Contracts;

namespace Consent.ServiceDefaults.Tests;

internal static class Sample
{
    public static Declaration Declaration(params string[] origins) => new()
    {
        Site = "test-site",
        EffectiveFrom = new DateOnly(2026, 1, 1),
        Origins = origins,
        Languages = ["nl"],
        Controller = new Controller
        {
            Id = "test-house",
            Name = "Test House",
            Address = "Straat 1",
            Postcode = "1000 AA",
            City = "Stad",
            Country = "NL",
            Email = "privacy@test-site.example",
            Website = "https://www.test-site.example",
        },
        SupervisoryAuthority = new Authority("AP", "https://www.autoriteitpersoonsgegevens.nl"),
        ScopeOfStatement = [],
        AnnouncementOfChanges = [],
        DataCategories = [],
        Vendors = [],
        Cookies = [],
        Purposes = [],
        Topics = [],
        Rights = new Rights
        {
            Requests = [],
            Email = "privacy@test-site.example",
            Deadline = new Term(0, 1, 0),
            IdentityCheck = new IdentityCheck(IdentityCheckMethod.ConfirmationMail, []),
            Procedure = [],
        },
    };

    public static Receipt Receipt(string id) => new()
    {
        Id = id,
        Site = "test-site",
        Controller = "test-house",
        SubjectId = "0123456789abcdef0123456789abcdef",
        Epoch = 1,
        Version = 1,
        Purposes = new Dictionary<string, PurposeDecision>
        {
            ["statistics"] = new(Decision.Given, TimeProvider.System.Now(), 1, TimeProvider.System.Now().AddMonths(6), "hash", "meaning"),
        },
        Changed = ["statistics"],
        RecordedAt = TimeProvider.System.Now(),
    };
}
