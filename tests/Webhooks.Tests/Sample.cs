using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Webhooks.Tests;

/// <summary>Two small sites of two controllers, with a consent purpose each besides one that needs none, and a topic.</summary>
internal static class Sample
{
    public const string Site = "bakery";
    public const string Controller = "bakery-bv";
    public const string OtherSite = "florist";
    public const string OtherController = "florist-bv";
    public const string Visitor = "00112233445566778899aabbccddeeff";
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    public static PublishedDeclaration Published(string site = Site, string controller = Controller, int version = 1) => SampleDeclaration.Of(
        site, controller,
        [SampleDeclaration.Purpose("statistics"), SampleDeclaration.Purpose("media"), SampleDeclaration.Purpose("orders", LegalBasis.Contract)],
        [SampleDeclaration.Topic("new-loaves", "media")]).Published(Start.AddMinutes(-version), version);

    public static DeclarationPublished Event(PublishedDeclaration declaration) => new(RandomId.New(), declaration.PublishedAt, declaration);

    public static ConsentChanged Event(Receipt receipt) => new(receipt.Id, receipt.RecordedAt, receipt, Stream(receipt.SubjectId, receipt.Site));

    public static ConsentErased Erased(long version, string subject = Visitor, string? site = Site, int epoch = 1, DateTimeOffset? at = null) =>
        new(RandomId.New(), at ?? Start.AddHours(2), site, Stream(subject), epoch, version, at ?? Start.AddHours(2));

    public static string Stream(string subject, string site = Site) => CanonicalJson.Hash(new { site, subject, key = "of the log" })[..20];

    /// <summary>A receipt by which the subject decides these purposes, recorded at <paramref name="at"/>, valid for 180 days unless <paramref name="until"/> says otherwise.</summary>
    public static Receipt Receipt(
        long version, Decision decision, DateTimeOffset at, string subject = Visitor, string site = Site, int epoch = 1, DateTimeOffset? until = null, params string[] purposes) => new()
        {
            Id = RandomId.New(),
            Site = site,
            Controller = site == Site ? Controller : OtherController,
            SubjectId = subject,
            Epoch = epoch,
            Version = version,
            Changed = Of(purposes),
            Declaration = Published(site).Hash,
            DeclarationVersion = 1,
            Language = "nl",
            Action = "save",
            Source = "banner",
            RecordedAt = at,
            Purposes = Of(purposes).ToDictionary(p => p, p => new PurposeDecision(
                decision, at, version, until ?? at.AddDays(180), Published(site).Hash, Published(site).MeaningOf(p))),
        };

    private static string[] Of(string[] purposes) => purposes.Length == 0 ? ["statistics"] : purposes;
}
