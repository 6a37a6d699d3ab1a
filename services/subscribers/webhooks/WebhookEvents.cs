using System.Security.Cryptography;
using System.Text;
using Consent.Contracts;

namespace Consent.Webhooks;

/// <summary>
/// What is told to a receiver, and under which types; the README shows each body. The type stands in the data too, because in binary mode
/// the signature covers nothing else. Persons go by pseudonym. Pure.
/// </summary>
internal static class WebhookEvents
{
    public const string Changed = "eu.consent.consent-changed";
    public const string Expired = "eu.consent.consent-expired";
    public const string Erased = "eu.consent.consent-erased";
    public const string Test = "eu.consent.test";

    private sealed record ChangedData(
        string Type, string Site, string SubjectId, string? Stream, int Epoch, long Version, string ReceiptId, DateTimeOffset RecordedAt,
        IReadOnlyList<string> Changed, IReadOnlyDictionary<string, PurposeState> Purposes);

    private sealed record ExpiredData(
        string Type, string Site, string SubjectId, string? Stream, int Epoch, long Version, string Purpose, DateTimeOffset ExpiredAt,
        IReadOnlyDictionary<string, PurposeState> Purposes);

    private sealed record ErasedData(string Type, string Site, string Stream, int Epoch, long Version, DateTimeOffset ErasedAt);

    private sealed record TestData(string Type, string Site, string Endpoint);

    public static CloudEvent OfChange(ConsentChanged e, PublishedDeclaration inForce, DateTimeOffset now)
    {
        var receipt = e.Receipt;
        return Of(e.Id, Changed, receipt.Site, receipt.RecordedAt, new ChangedData(
            Changed, receipt.Site, receipt.SubjectId, e.Stream, receipt.Epoch, receipt.Version, receipt.Id, receipt.RecordedAt, receipt.Changed,
            ConsentState.Of(receipt, inForce, now)));
    }

    /// <summary>One for each (stream, purpose, moment): its id is made of these, so that it stays one however often it is made.</summary>
    public static CloudEvent OfExpiry(Receipt newest, string stream, PublishedDeclaration inForce, string purpose, DateTimeOffset expiredAt)
    {
        var name = Encoding.UTF8.GetBytes($"{newest.Site}\n{stream}\n{purpose}\n{expiredAt.ToUnixTimeMilliseconds()}");
        return Of(Convert.ToHexStringLower(SHA256.HashData(name))[..32], Expired, newest.Site, expiredAt, new ExpiredData(
            Expired, newest.Site, newest.SubjectId, stream, newest.Epoch, newest.Version, purpose, expiredAt, ConsentState.Of(newest, inForce, expiredAt)));
    }

    public static CloudEvent OfErasure(ConsentErased e, string site) => Of(e.Id, Erased, site, e.ErasedAt, new ErasedData(
        Erased, site, e.Stream, e.Epoch, e.Version, e.ErasedAt));

    public static CloudEvent OfTest(string site, string endpoint, DateTimeOffset now) => Of(RandomId.New(), Test, site, now, new TestData(Test, site, endpoint));

    private static CloudEvent Of<T>(string id, string type, string site, DateTimeOffset at, T data) => new(id, type, site, at, ContractJson.Write(data));
}
