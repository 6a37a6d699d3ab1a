using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Consent.CookieBanner;

/// <summary>
/// A text that is made once and asked for often: kept as it is and compressed with brotli at its best, which is too slow to do for
/// each request. Its strong entity tag is made of what it says, and each encoding has its own (RFC 9110, section 8.8.3).
/// </summary>
internal sealed class CompressedAnswer
{
    /// <summary>A minute in shared caches is how long a changed declaration may take to be seen.</summary>
    public const string ShortLived = "public, max-age=60";

    private readonly Encoded _plain;
    private readonly Encoded _brotli;

    /// <param name="contentType">With its charset, which is UTF-8.</param>
    public CompressedAnswer(string text, string contentType)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var tag = Convert.ToHexStringLower(SHA256.HashData(plain))[..32];
        var brotli = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        if (!BrotliEncoder.TryCompress(plain, brotli, out var length, quality: 11, window: 22))
            throw new InvalidOperationException("The largest possible length did not suffice.");
        _plain = new Encoded(plain, contentType, $"\"{tag}\"", null);
        _brotli = new Encoded(brotli[..length], contentType, $"\"{tag}-br\"", "br");
    }

    /// <summary>The answer, or 304 to whoever holds it.</summary>
    /// <param name="vary">What the answer depends on, the encoding with it; the encoding alone unless given.</param>
    public IResult For(HttpContext context, string caching = ShortLived, string? vary = null)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = caching;
        headers.Vary = vary ?? HeaderNames.AcceptEncoding;
        headers.XContentTypeOptions = "nosniff";
        return TakesBrotli(context.Request.Headers.AcceptEncoding) ? _brotli : _plain;
    }

    private static bool TakesBrotli(StringValues accepted)
    {
        foreach (var value in accepted)
        {
            // Browsers send a plain list; weights are rare enough to be read by the framework.
            if (value!.Contains(';', StringComparison.Ordinal))
                return StringWithQualityHeaderValue.TryParseList(accepted, out var weighed)
                    && weighed.Any(e => e.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);
            foreach (var coding in value.AsSpan().Split(','))
                if (value.AsSpan(coding).Trim().Equals("br", StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    /// <summary>Written as a whole, with its length. Nothing is made for a request.</summary>
    private sealed class Encoded(byte[] body, string contentType, string tag, string? encoding) : IResult
    {
        private readonly EntityTagHeaderValue _tag = new(tag);

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.Headers.ETag = tag;
            if (IsHeld(httpContext.Request.Headers.IfNoneMatch))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            response.ContentType = contentType;
            response.ContentLength = body.Length;
            if (encoding is not null) response.Headers.ContentEncoding = encoding;
            if (HttpMethods.IsHead(httpContext.Request.Method)) return Task.CompletedTask;
            response.BodyWriter.Write(body);
            var flushed = response.BodyWriter.FlushAsync(httpContext.RequestAborted);
            return flushed.IsCompletedSuccessfully ? Task.CompletedTask : flushed.AsTask();
        }

        /// <summary>Compared weakly, as RFC 9110, section 13.1.2, has it.</summary>
        private bool IsHeld(StringValues held) => held.Count > 0
            && EntityTagHeaderValue.TryParseList(held, out var tags)
            && tags.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(_tag, useStrongComparison: false));
    }
}
