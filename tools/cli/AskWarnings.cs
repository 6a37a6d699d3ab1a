using System.Net;
using System.Text.Json.Nodes;

namespace Consent.Cli;

/// <summary>
/// What the author of a declaration should look at again (<c>services/cookie-banner</c>, warnings), asked once it is published. Whether or
/// not it is answered, the publication stands.
/// </summary>
internal static class AskWarnings
{
    /// <summary>A publication takes a moment to reach the service that warns.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Of this version, through the gateway that <paramref name="http"/> is bound to, with the token it bears.</summary>
    public static async Task<AskedWarnings> OfAsync(HttpClient http, string site, int version, TimeSpan patience, CancellationToken cancel)
    {
        var path = new Uri($"/pages/{Uri.EscapeDataString(site)}/warnings?version={version}", UriKind.Relative);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        waiting.CancelAfter(patience);
        var none = "no answer came in time";
        try
        {
            while (true)
            {
                using var answer = await http.GetAsync(path, waiting.Token);
                var told = await GatewayClient.ReadJsonAsync(answer, waiting.Token) as JsonObject;
                if (answer.IsSuccessStatusCode && told?["warnings"] is JsonArray warnings) return new AskedWarnings(warnings, null);
                if (answer.StatusCode != HttpStatusCode.NotFound) return new AskedWarnings(null, GatewayClient.Reason(answer, told));
                none = "the cookie-banner service has not heard of this version yet";
                await Task.Delay(Pause, waiting.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new AskedWarnings(null, none);
        }
        catch (HttpRequestException e)
        {
            return new AskedWarnings(null, e.Message);
        }
    }
}

/// <param name="Told">As the service tells them; null when it could not be asked.</param>
/// <param name="Problem">Why it could not be asked.</param>
internal sealed record AskedWarnings(JsonArray? Told, string? Problem)
{
    /// <summary>One for each warning, or one that says that none could be asked for.</summary>
    public IEnumerable<string> Lines(string site) => Told is null
        ? [$"The warnings about {site} could not be asked for: {OneLine(Problem)}. It is published all the same."]
        : Told.OfType<JsonObject>().Select(w => OneLine($"warning {site} {w["id"]} at {w["at"]}: {(w["text"] as JsonObject)?["en"]} ({w["article"]})"));

    private static string OneLine(string? text) => string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
}
