using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Consent.CookieBanner;

/// <summary>
/// A text that is made once and asked for often: kept as it is and compressed with brotli at its best, which is too slow to do for
/// each request. Its strong entity tag is made of what it says, and each encoding has its own (RFC 9110, section 8.8.3).
/// </summary>
internal sealed class CompressedAnswer
{
    private readonly byte[] _plain;
    private readonly byte[] _brotli;
    private readonly string _contentType;
    private readonly string _tag;

    /// <param name="contentType">With its charset, which is UTF-8.</param>
    public CompressedAnswer(string text, string contentType)
    {
        _contentType = contentType;
        _plain = Encoding.UTF8.GetBytes(text);
        _tag = Convert.ToHexStringLower(SHA256.HashData(_plain))[..32];
        var brotli = new byte[BrotliEncoder.GetMaxCompressedLength(_plain.Length)];
        if (!BrotliEncoder.TryCompress(_plain, brotli, out var length, quality: 11, window: 22))
            throw new InvalidOperationException("The largest possible length did not suffice.");
        _brotli = brotli[..length];
    }

    /// <summary>A minute in shared caches is how long a changed declaration may take to be seen.</summary>
    public const string ShortLived = "public, max-age=60";

    /// <summary>Starts the answer's strong entity tag.</summary>
    public string Tag => _tag;

    /// <summary>The answer, or 304 to whoever holds it.</summary>
    /// <param name="vary">What else than the encoding the answer depends on.</param>
    public FileContentHttpResult For(HttpContext context, string caching = ShortLived, params ReadOnlySpan<string> vary)
    {
        var brotli = context.Request.GetTypedHeaders().AcceptEncoding
            .Any(e => e.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);
        var headers = context.Response.Headers;
        headers.CacheControl = caching;
        headers.Vary = string.Join(", ", [HeaderNames.AcceptEncoding, .. vary]);
        headers.XContentTypeOptions = "nosniff";
        if (brotli) headers.ContentEncoding = "br";
        return TypedResults.Bytes(
            brotli ? _brotli : _plain, _contentType, entityTag: new EntityTagHeaderValue($"\"{_tag}{(brotli ? "-br" : "")}\""));
    }
}
