using Consent.Contracts;
using Consent.Tests.Support;

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
        return (change is null ? declaration : change(declaration)).Published(Start.AddMinutes(version), version);
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
                decision, Start.AddSeconds(version), version, Start.AddDays(180), Published().Hash, Published().MeaningOf(p))),
        };

    /// <summary>Another thing is done with the data from now on, so whoever said yes must be asked again.</summary>
    public static Declaration WithOtherVendors(Declaration declaration) => declaration with
    {
        Purposes = [.. declaration.Purposes.Select(p => p with { Vendors = ["counter"] })],
    };

    private static Declaration Declaration(string site) => SampleDeclaration.Of(
        site, "bakery-bv",
        [SampleDeclaration.Purpose("statistics"), SampleDeclaration.Purpose("orders", LegalBasis.Contract), SampleDeclaration.Purpose("marketing")],
        [SampleDeclaration.Topic("new-loaves", "marketing")]) with
    {
        Origins = ["https://bakery.example"],
    };
}
