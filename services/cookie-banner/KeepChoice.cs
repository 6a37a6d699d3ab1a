using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.CookieBanner;

/// <summary>
/// <c>POST /banner/{site}/keep</c>, for a site that leads a path of its own to here: answers with the choice as a cookie of that site, set
/// over HTTP, because Safari forgets within seven days what scripts have set. It lasts as long as the choice counts, from the moment of
/// choosing. Stores nothing, and decides nothing: the cookie is the person's own copy, as the script writes it.
/// </summary>
internal static partial class KeepChoice
{
    private const int Longest = 3000;

    internal static void MapKeepChoice(this IEndpointRouteBuilder endpoints)
    {
        var declarations = endpoints.ServiceProvider.GetRequiredKeyedService<IDeclarations>(CookieBannerSetup.Service);
        endpoints.MapPost("/banner/{site}/keep", async Task<Results<NoContent, ProblemHttpResult>> (string site, HttpContext context, TimeProvider time) =>
        {
            if (declarations.InForce(site) is not { } inForce) return Problems.UnknownSite();
            // Another site's page can send no JSON here without asking first, and is told no then: it must not write the person's choice.
            if (!context.Request.HasJsonContentType() || context.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin"))
                return Problems.Because(403, "not-this-site", "Only the site itself may keep a choice.", "Send it as application/json from a page of the site, to an address of the same origin.");
            if (await ReadAsync(context.Request) is not { } choice || Cookie(choice, inForce.Declaration, SiteHost(context.Request), time.Now()) is not { } cookie)
                return Problems.Because(400, "bad-choice", "The choice cannot be kept.", "Send what the banner's script keeps in the cookie consent-choice, as JSON.");
            context.Response.Headers.SetCookie = cookie;
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.NoContent();
        });
    }

    /// <summary>The header's value; null for what no script of ours has written, or a choice that counts no longer.</summary>
    internal static string? Cookie(JsonElement choice, Declaration declaration, string host, DateTimeOffset now)
    {
        if (choice.ValueKind != JsonValueKind.Object || choice.EnumerateObject().Any(m => m.Name is not ("v" or "d" or "p" or "id" or "r"))
            || !choice.TryGetProperty("v", out var v) || v.ValueKind != JsonValueKind.Number || !v.TryGetInt32(out var format) || format != 1
            || !IsText(choice, "d", Hash()) || (choice.TryGetProperty("id", out _) && !IsText(choice, "id", SubjectIdForm()))
            || (choice.TryGetProperty("r", out var r) && !(r.ValueKind == JsonValueKind.Number && r.TryGetInt64(out _)))
            || !choice.TryGetProperty("p", out var purposes) || purposes.ValueKind != JsonValueKind.Object) return null;
        var newest = 0L;
        foreach (var (id, decided) in purposes.EnumerateObject().Select(m => (m.Name, m.Value)))
        {
            if (declaration.FindPurpose(id) is null || decided.ValueKind != JsonValueKind.Array || decided.GetArrayLength() != 2) return null;
            if (!IsMeaning(decided[0]) || decided[1].ValueKind != JsonValueKind.Number || !decided[1].TryGetInt64(out var at)) return null;
            newest = Math.Max(newest, at);
        }

        // A clock that is ahead gains nobody a longer term.
        var from = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(newest, 0, now.ToUnixTimeMilliseconds()));
        var until = declaration.ConsentValidFor.After(from);
        if (until <= now) return null;
        // Two cookies of one name would be read in no certain order, so it is the domain that the script takes.
        var common = host.Length > 0 ? CommonDomain.Of(declaration.Origins, host) : CommonDomain.Of(declaration.Origins) is [var only] ? only : null;
        var domain = common is null ? "" : $"; Domain={common}";
        return $"{Declaration.ChoiceCookie}={Uri.EscapeDataString(choice.GetRawText())}; Path=/; Expires={until.UtcDateTime.ToString("R", CultureInfo.InvariantCulture)}; SameSite=Lax; Secure{domain}";
    }

    /// <summary>Browsers tell where a page's own POST comes from, so that it does not matter what a proxy makes of the host's name; empty when it is not told.</summary>
    private static string SiteHost(HttpRequest request) => Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin) ? origin.Host : "";

    private static bool IsMeaning(JsonElement meaning) => meaning.ValueKind switch
    {
        JsonValueKind.Number => meaning.TryGetInt32(out var refused) && refused == 0,
        JsonValueKind.String => MeaningForm().IsMatch(meaning.GetString()!),
        _ => false,
    };

    private static bool IsText(JsonElement choice, string member, Regex form) =>
        choice.TryGetProperty(member, out var text) && text.ValueKind == JsonValueKind.String && form.IsMatch(text.GetString()!);

    private static async Task<JsonElement?> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        var piece = new byte[1024];
        for (int read; (read = await request.Body.ReadAsync(piece, request.HttpContext.RequestAborted)) > 0;)
        {
            if (body.Length + read > Longest) return null;
            body.Write(piece, 0, read);
        }

        try
        {
            return JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(body.ToArray()));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex("^[0-9a-f]{64}\\z")]
    private static partial Regex Hash();

    [GeneratedRegex("^[0-9a-f]{16}\\z")]
    private static partial Regex MeaningForm();

    [GeneratedRegex("^[0-9a-f]{32}\\z")]
    private static partial Regex SubjectIdForm();
}
