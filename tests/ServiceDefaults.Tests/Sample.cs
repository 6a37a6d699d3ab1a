using Consent.Contracts;

namespace Consent.ServiceDefaults.Tests;

internal static class Sample
{
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
