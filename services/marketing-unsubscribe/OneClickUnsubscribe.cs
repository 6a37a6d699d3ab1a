using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.Features;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What a mail program does at a press of its own unsubscribe button (RFC 8058): a POST with <c>List-Unsubscribe=One-Click</c>,
/// without cookie, sign-in or context, answered without redirect. Any other POST changes nothing and shows the page.
/// </summary>
internal static class OneClickUnsubscribe
{
    public const int LargestForm = 16 * 1024;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/u/{token}", HandleAsync);
        // Of a link that was torn by a slash, or lost its token, as of one that was cut.
        endpoints.MapMethods("/u/{**rest}", [HttpMethods.Post], (HttpRequest request, UnsubscribeTokens tokens, UnsubscribePages pages, OptOuts optOuts, CancellationToken cancel) =>
            HandleAsync("", request, tokens, pages, optOuts, cancel));
    }

    private static async Task<IResult> HandleAsync(
        string token, HttpRequest request, UnsubscribeTokens tokens, UnsubscribePages pages, OptOuts optOuts, CancellationToken cancel)
    {
        var (form, problem) = await ReadFormAsync(request, cancel);
        if (problem is not null) return problem;
        if (!IsOneClick(form)) return await pages.ShowAsync(token, request, cancel);
        if (tokens.Read(token) is not { } link) return MarketingProblems.UnknownLink();
        await optOuts.HonourAsync(link, tokens.IsRevoked(token, link) ? UnsubscribeTokens.RevokedLink : "one-click-unsubscribe", cancel);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Text("Unsubscribed.");
    }

    /// <summary>RFC 8058, 3.2: exactly this name and value. Capitals are forgiven.</summary>
    private static bool IsOneClick(IFormCollection form) =>
        form.TryGetValue("List-Unsubscribe", out var values)
        && values.Any(value => string.Equals(value?.Trim(), "One-Click", StringComparison.OrdinalIgnoreCase));

    /// <summary>The form, url-encoded or multipart; empty for a body that is neither or cannot be read.</summary>
    public static async Task<(IFormCollection Form, IResult? Problem)> ReadFormAsync(HttpRequest request, CancellationToken cancel)
    {
        var (bytes, problem) = await JsonBody.ReadBytesAsync(request, LargestForm);
        if (problem is not null || !request.HasFormContentType) return (FormCollection.Empty, problem);
        using var body = new MemoryStream(bytes.ToArray());
        request.Body = body;
        try
        {
            return (await request.ReadFormAsync(new FormOptions { BufferBodyLengthLimit = LargestForm }, cancel), null);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return (FormCollection.Empty, null);
        }
    }
}
