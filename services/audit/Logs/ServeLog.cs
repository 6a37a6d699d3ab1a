using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Consent.ServiceDefaults;
using Consent.VerifiableLog;
using Microsoft.Net.Http.Headers;

namespace Consent.Audit.Logs;

/// <summary>
/// <c>GET</c> or <c>HEAD /log/{log}/checkpoint</c>, <c>…/tile/…</c> and <c>…/keys</c>: a controller's log as C2SP tlog-tiles describes it, up to the newest checkpoint (<c>checkpoint</c> itself as <see cref="CosignedLogs"/> shows it), and its
/// verifier keys, one a line: those in force, Ed25519 first, and then as comments those that have ended, each with its end (<see cref="KeyTerm"/>). <c>…/successions</c>: of each key but the first ones a proof of its entry, which the key
/// before it signed too, one behind another (<see cref="ServedLog.Successions"/>). To everybody where <c>Audit:PublicLogs</c> says so, else with a token of scope
/// <c>audit</c> for the controller. A log that is not there is answered as one that is not open. Each answer has an <c>ETag</c> of its bytes. What cannot be read just now, because the
/// logs are being opened or made anew, is 503, and never said not to be there.
/// </summary>
internal static class ServeLog
{
    private const string Immutable = "public, max-age=31536000, immutable";
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/log/{log}/checkpoint", Methods, (string log, HttpContext context, ClaimsPrincipal user, DerivedLogs logs, CosignedLogs cosigned, LogSettings settings) =>
            Refusal(log, context, user, logs, settings, out var found) ?? Text(context, (cosigned.Shown(log) ?? found!).Cosigned));
        endpoints.MapMethods("/log/{log}/keys", Methods, (string log, HttpContext context, ClaimsPrincipal user, DerivedLogs logs, CosignedLogs cosigned, LogSettings settings) =>
            Refusal(log, context, user, logs, settings, out var found) ?? Text(context, string.Concat(KeyTerms.Of(cosigned.Shown(log) ?? found!).Select(key => $"{key}\n"))));
        endpoints.MapMethods("/log/{log}/successions", Methods, (string log, HttpContext context, ClaimsPrincipal user, DerivedLogs logs, CosignedLogs cosigned, LogSettings settings) =>
            Refusal(log, context, user, logs, settings, out var found) ?? Text(context, string.Concat((cosigned.Shown(log) ?? found!).Successions)));
        endpoints.MapMethods("/log/{log}/tile/{**path}", Methods, TileAsync);
    }

    private static async Task<IResult> TileAsync(string log, string path, HttpContext context, ClaimsPrincipal user, DerivedLogs logs, LogSettings settings, CancellationToken cancel)
    {
        if (Refusal(log, context, user, logs, settings, out var found) is { } refusal) return refusal;
        if (!TileAddress.TryParse($"tile/{path}", out var address) || !address.IsWithin(found!.Size))
            return Problems.Because(404, "unknown-tile", "The log has no such tile.", "Ask for tiles that the log's checkpoint covers, by their paths as C2SP tlog-tiles spells them.");
        if (await found.Tiles.ReadAsync(address.Path, cancel) is not { } tile) return NotReady(context);
        // What a partial tile holds never changes either; but there may be a wider one soon, and caches need not keep each.
        return Bytes(context, !settings.IsPublic(found.Controller) ? "no-store" : address.Width == TileAddress.FullWidth ? Immutable : "public, max-age=60", tile, "application/octet-stream");
    }

    private static IResult Text(HttpContext context, string text) => Bytes(context, "no-store", Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    private static IResult Bytes(HttpContext context, string kept, ReadOnlyMemory<byte> bytes, string type)
    {
        context.Response.Headers.CacheControl = kept;
        return TypedResults.Bytes(bytes, type, entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes.Span))}\""));
    }

    /// <summary>Null when the log may be read, and then what is found.</summary>
    private static IResult? Refusal(string log, HttpContext context, ClaimsPrincipal user, DerivedLogs logs, LogSettings settings, out ServedLog? found)
    {
        // Before the look at what there is, or what became ready in between would be told not to be there.
        var isReady = logs.IsReady;
        found = logs.Served(log);
        if (found is not null && settings.IsPublic(found.Controller)) return null;
        // Whose log it is, and so who may read it, is not known yet either.
        if (found is null && !isReady) return NotReady(context);
        if (user.Identity?.IsAuthenticated != true) return TypedResults.Challenge();
        if (!user.HasScope("audit")) return TypedResults.Forbid();
        return found is not null && Tenancy.Allows(user, "", found.Controller)
            ? null
            : Problems.Because(404, "unknown-log", "There is no such log.", "Check the controller's id in the address; a log begins with what is first heard of its controller.");
    }

    private static IResult NotReady(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "2";
        context.Response.Headers.CacheControl = "no-store";
        return Problems.Because(503, "logs-not-ready", "The logs cannot be read just now.", "Try again in a few seconds: they are being opened, or made anew from what was heard.");
    }
}
