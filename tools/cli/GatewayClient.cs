using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Cli;

/// <summary>How the commands reach the product: through the gateway, with a token given or made.</summary>
internal static class GatewayClient
{
    public const string DefaultGateway = "http://localhost:8080";

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static (Option<string> Gateway, Option<string> Token, Option<string> Data, Option<bool> Json) Options() => (
        GatewayOption(),
        new("--token") { Description = "A bearer token; without it the development issuer of --data makes one." },
        MakeToken.DataOption(),
        new("--json") { Description = "Answer in JSON, for programs." });

    public static HttpClient Of(string gateway, string? token, string data, string scope)
    {
        token ??= MakeToken.Mint(data, [scope], [], [], TimeSpan.FromMinutes(5), TimeProvider.System);
        return new HttpClient
        {
            BaseAddress = new Uri(gateway),
            Timeout = TimeSpan.FromSeconds(30),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
    }

    /// <summary>No answer came, or not all of it: nobody is there, he took longer than the client waits, or the connection ended or was reset. No fault of a file is one of these.</summary>
    public static bool IsUnreachable(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or HttpIOException or IOException { InnerException: SocketException } || (e is OperationCanceledException && !cancel.IsCancellationRequested);

    public static async Task<JsonNode?> ReadJsonAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        var text = await answer.Content.ReadAsStringAsync(cancel);
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static Option<string> GatewayOption()
    {
        var gateway = new Option<string>("--gateway") { Description = "Address of the gateway.", DefaultValueFactory = _ => DefaultGateway };
        gateway.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var text }] && !(Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")))
                given.AddError($"--gateway is an address such as {DefaultGateway}.");
        });
        return gateway;
    }

    /// <summary>What the problem details say, else the status.</summary>
    public static string Reason(HttpResponseMessage answer, JsonNode? told)
    {
        var said = $"{(string?)told?["title"]} {(string?)told?["detail"]}".Trim();
        return said.Length > 0 ? said : $"The answer was {(int)answer.StatusCode}.";
    }
}

/// <summary>The service said no; the message is its reason.</summary>
internal sealed class RefusedException(string why) : Exception(why);
