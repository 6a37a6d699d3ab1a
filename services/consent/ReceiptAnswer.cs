using System.Buffers;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>
/// 201 with the receipt and its address. Writes what <see cref="ContractJson"/> would write, member by member: the answer to a
/// decision is the largest part of its work, and reflection the largest part of that.
/// </summary>
internal sealed class ReceiptAnswer(Receipt receipt) : IResult
{
    private static readonly JsonWriterOptions Options = new() { Encoder = ContractJson.Options.Encoder, SkipValidation = true };
    private static readonly string[] Statuses = [.. Enum.GetNames<Decision>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _kept;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var (buffer, writer) = _kept ??= Create();
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        Write(writer, receipt);
        writer.Flush();
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status201Created;
        response.Headers.Location = $"/v1/sites/{receipt.Site}/receipts/{receipt.Id}";
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = buffer.WrittenCount;
        // Copied into the response before anything is awaited, so that the buffer is free again.
        response.BodyWriter.Write(buffer.WrittenSpan);
        var flushed = response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        return flushed.IsCompletedSuccessfully ? Task.CompletedTask : flushed.AsTask();
    }

    internal static void Write(Utf8JsonWriter json, Receipt receipt)
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

    private static (ArrayBufferWriter<byte>, Utf8JsonWriter) Create()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }
}
