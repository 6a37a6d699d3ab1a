using System.Buffers;
using System.Text.Json;
using Consent.Contracts;
using Microsoft.AspNetCore.Http;

namespace Consent.ServiceDefaults;

/// <summary>
/// 200 with a value in the manner of <see cref="ContractJson"/>, written as a whole, with its length: one packet, where the framework
/// streams it in pieces and ends with another. For what is asked often and is small: the value stands in memory twice.
/// </summary>
public sealed class JsonAnswer<T>(T value) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        return JsonAnswer.WriteAsync(httpContext, StatusCodes.Status200OK, JsonAnswer.Written(value, static (json, value) => JsonSerializer.Serialize(json, value, ContractJson.Options)));
    }
}

public static class JsonAnswer
{
    private static readonly JsonWriterOptions Options = new() { Encoder = ContractJson.Options.Encoder, SkipValidation = true };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _kept;

    public static JsonAnswer<T> Of<T>(T value) => new(value);

    /// <summary>Copies the body into the answer before anything is awaited.</summary>
    public static Task WriteAsync(HttpContext http, int status, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(http);
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body);
        var flushed = response.BodyWriter.FlushAsync(http.RequestAborted);
        return flushed.IsCompletedSuccessfully ? Task.CompletedTask : flushed.AsTask();
    }

    /// <summary>What is written, in a buffer that this thread keeps: valid until it writes the next one. Takes well-formed JSON on trust.</summary>
    public static ReadOnlySpan<byte> Written<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var (buffer, writer) = _kept ??= Create();
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        write(writer, value);
        writer.Flush();
        return buffer.WrittenSpan;
    }

    private static (ArrayBufferWriter<byte>, Utf8JsonWriter) Create()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }
}
