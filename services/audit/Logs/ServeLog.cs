using System.Security.Claims;
using System.Text;
using Consent.ServiceDefaults;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>
/// <c>GET /log/{log}/checkpoint</c>, <c>…/tile/…</c> and <c>…/keys</c>: a controller's log as C2SP tlog-tiles describes it, up to the newest checkpoint, and the verifier
/// keys that were announced in it, Ed25519 first and of each kind the newest first, one a line. To everybody where <c>Audit:PublicLogs</c> says so, else with a token of scope
/// <c>audit</c> for the controller. A log that is not there is answered as one that is not open.
/// </summary>
internal static class ServeLog
{
    private const string Immutable = "public, max-age=31536000, immutable";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/log/{log}/checkpoint", (string log, HttpContext context, ClaimsPrincipal user, DerivedLogs logs, LogSettings settings) =>
            Refusal(log, user, logs, settings, out var found) ?? Text(context, found!.Note));
        endpoints.MapGet("/log/{log}/keys", (string log, HttpContext context, ClaimsPrincipal user, DerivedLogs logs, LogSettings settings) =>
            Refusal(log, user, logs, settings, out var found) ?? Text(context, string.Concat(KeysOf(found!).Select(key => $"{key}\n"))));
        endpoints.MapGet("/log/{log}/tile/{**path}", TileAsync);
    }

    private static async Task<IResult> TileAsync(string log, string path, HttpContext context, ClaimsPrincipal user, DerivedLogs logs, LogSettings settings, CancellationToken cancel)
    {
        if (Refusal(log, user, logs, settings, out var found) is { } refusal) return refusal;
        if (!TileAddress.TryParse($"tile/{path}", out var address) || await found!.Tiles.ReadAsync(address.Path, cancel) is not { } tile)
            return Problems.Because(404, "unknown-tile", "The log has no such tile.", "Ask for tiles that the log's checkpoint covers, by their paths as C2SP tlog-tiles spells them.");
        // What a partial tile holds never changes either; but there may be a wider one soon, and caches need not keep each.
        context.Response.Headers.CacheControl = !settings.IsPublic(found.Controller) ? "no-store" : address.Width == TileAddress.FullWidth ? Immutable : "public, max-age=60";
        return TypedResults.Bytes(tile, "application/octet-stream");
    }

    private static IEnumerable<string> KeysOf(ServedLog log) => log.Keys.Reverse().Select(NoteVerifierKey.Parse).OrderBy(key => key.Type).Select(key => key.ToString());

    private static IResult Text(HttpContext context, string text)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Text(text, "text/plain", Encoding.UTF8);
    }

    /// <summary>Null when the log may be read, and then what is found.</summary>
    private static IResult? Refusal(string log, ClaimsPrincipal user, DerivedLogs logs, LogSettings settings, out ServedLog? found)
    {
        found = logs.Served(log);
        if (found is not null && settings.IsPublic(found.Controller)) return null;
        if (user.Identity?.IsAuthenticated != true) return TypedResults.Challenge();
        if (!user.HasScope("audit")) return TypedResults.Forbid();
        return found is not null && Tenancy.Allows(user, "", found.Controller)
            ? null
            : Problems.Because(404, "unknown-log", "There is no such log.", "Check the controller's id in the address; a log begins with what is first heard of its controller.");
    }
}
