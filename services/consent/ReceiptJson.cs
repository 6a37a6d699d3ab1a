using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.ConsentService;

/// <summary>
/// Writes what <see cref="ContractJson"/> would write, member by member: a receipt is written twice for each decision, as the answer
/// and as the event, which is the largest part of the work, and reflection the largest part of that.
/// </summary>
internal static class ReceiptJson
{
    private static readonly string[] Statuses = [.. Enum.GetNames<Decision>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];

    /// <summary>Valid until this thread writes the next one.</summary>
    public static ReadOnlySpan<byte> Of(Receipt receipt) => JsonAnswer.Written(receipt, static (json, receipt) => Write(json, receipt));

    /// <summary>The body of the event that tells of it.</summary>
    public static byte[] Of(ConsentChanged changed) => JsonAnswer.Written(changed, static (json, changed) =>
    {
        json.WriteStartObject();
        json.WriteString("id"u8, changed.Id);
        Moment(json, "publishedAt"u8, changed.PublishedAt);
        json.WritePropertyName("receipt"u8);
        Write(json, changed.Receipt);
        Text(json, "stream"u8, changed.Stream);
        json.WriteEndObject();
    }).ToArray();

    public static void Write(Utf8JsonWriter json, Receipt receipt)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, receipt.Id);
        json.WriteString("site"u8, receipt.Site);
        json.WriteString("controller"u8, receipt.Controller);
        json.WriteString("subjectId"u8, receipt.SubjectId);
        json.WriteNumber("epoch"u8, receipt.Epoch);
        json.WriteNumber("version"u8, receipt.Version);
        json.WriteStartObject("purposes"u8);
        foreach (var (id, decision) in receipt.Purposes) Write(json, id, decision);
        json.WriteEndObject();
        json.WriteStartArray("changed"u8);
        foreach (var id in receipt.Changed) json.WriteStringValue(id);
        json.WriteEndArray();
        Text(json, "declaration"u8, receipt.Declaration);
        if (receipt.DeclarationVersion is { } version) json.WriteNumber("declarationVersion"u8, version);
        Text(json, "language"u8, receipt.Language);
        Text(json, "action"u8, receipt.Action);
        Text(json, "source"u8, receipt.Source);
        Rare(json, "collection"u8, receipt.Collection);
        if (receipt.Gpc is { } gpc) json.WriteBoolean("gpc"u8, gpc);
        Rare(json, "actedBy"u8, receipt.ActedBy);
        Rare(json, "parentalAuthorisation"u8, receipt.ParentalAuthorisation);
        Rare(json, "imported"u8, receipt.Imported);
        Moment(json, "claimedAt"u8, receipt.ClaimedAt);
        Moment(json, "recordedAt"u8, receipt.RecordedAt);
        Text(json, "previous"u8, receipt.Previous);
        Text(json, "causedBy"u8, receipt.CausedBy);
        Rare(json, "dropped"u8, receipt.Dropped);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string id, PurposeDecision decision)
    {
        json.WriteStartObject(id);
        json.WriteString("status"u8, Statuses[(int)decision.Status]);
        Moment(json, "decidedAt"u8, decision.DecidedAt);
        json.WriteNumber("decidedIn"u8, decision.DecidedIn);
        Moment(json, "validUntil"u8, decision.ValidUntil);
        Text(json, "declaration"u8, decision.Declaration);
        Text(json, "meaning"u8, decision.Meaning);
        Moment(json, "takenAt"u8, decision.TakenAt);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null) json.WriteString(name, text);
    }

    private static void Moment(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? moment)
    {
        if (moment is null) return;
        json.WritePropertyName(name);
        ContractJson.WriteMoment(json, moment.Value);
    }

    private static void Rare<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, T? value)
    {
        if (value is null) return;
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value, ContractJson.Options);
    }
}
