using System.Text.Json;
using Consent.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Consent.ServiceDefaults;

/// <summary>Reads a request's JSON body under a limit of its own, and says where it is wrong.</summary>
public static class JsonBody
{
    /// <summary>The body, or the problem that the caller should answer. Unknown members are ignored; a missing required one is a problem.</summary>
    public static async Task<(T? Body, IResult? Problem)> ReadAsync<T>(HttpRequest request, int limitInBytes) where T : class
    {
        var (body, _, problem) = await ReadWithBytesAsync<T>(request, limitInBytes);
        return (body, problem);
    }

    /// <summary>The same, with the bytes as they came.</summary>
    public static async Task<(T? Body, ReadOnlyMemory<byte> Bytes, IResult? Problem)> ReadWithBytesAsync<T>(HttpRequest request, int limitInBytes) where T : class
    {
        var (bytes, tooLarge) = await ReadBytesAsync(request, limitInBytes);
        if (tooLarge is not null) return (null, default, tooLarge);
        try
        {
            var body = JsonSerializer.Deserialize<T>(bytes.Span, ContractJson.Options);
            return body is null ? (null, bytes, Problems.MalformedBody("It was null.")) : (body, bytes, null);
        }
        catch (JsonException e)
        {
            var path = string.IsNullOrEmpty(e.Path) ? "$" : Problems.Shown(e.Path.Replace("$.", "", StringComparison.Ordinal));
            return (null, bytes, Problems.MalformedBody($"See member {path}, line {(e.LineNumber ?? 0) + 1}."));
        }
    }

    /// <summary>The whole body, at most <paramref name="limitInBytes"/>; nothing beyond the limit is read.</summary>
    public static async Task<(ReadOnlyMemory<byte> Bytes, IResult? Problem)> ReadBytesAsync(HttpRequest request, int limitInBytes)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature) feature.MaxRequestBodySize = null;
        if (request.ContentLength > limitInBytes) return (default, Problems.TooLarge(limitInBytes));
        var buffer = new byte[(int)Math.Min(request.ContentLength ?? 4096, limitInBytes) + 1];
        var read = 0;
        while (true)
        {
            if (read == buffer.Length) Array.Resize(ref buffer, Math.Min(2 * buffer.Length, limitInBytes + 1));
            var got = await request.Body.ReadAsync(buffer.AsMemory(read), request.HttpContext.RequestAborted);
            if (got == 0) return (buffer.AsMemory(0, read), null);
            read += got;
            if (read > limitInBytes) return (default, Problems.TooLarge(limitInBytes));
        }
    }
}
