using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Cli;

/// <summary>
/// <c>publish</c>: hands declarations to the consent service, and shows every fault with its path and reason; of what was published, the
/// warnings on standard error, which change nothing.
/// </summary>
public static class PublishFiles
{
    internal static Command Command()
    {
        var files = new Argument<FileInfo[]>("file") { Description = "Declarations, YAML or JSON.", Arity = ArgumentArity.OneOrMore }.AcceptExistingOnly();
        var origins = new Option<string[]>("--origin") { Description = "Adds an origin to each declaration, for a demonstration. May be repeated." };
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("publish", "Publishes declarations; unchanged ones are published again without a new version. What the law may judge otherwise is told on standard error.")
        {
            files, origins, gateway, token, data, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var http = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, "consent");
            var worst = ExitCode.Done;
            foreach (var file in parsed.GetValue(files)!)
            {
                var outcome = await PublishAsync(http, await File.ReadAllTextAsync(file.FullName, cancel), parsed.GetValue(origins) ?? [], cancel);
                var warnings = outcome is { Code: ExitCode.Done, Site: { } site, Version: { } version }
                    ? await AskWarnings.OfAsync(http, site, version, AskWarnings.Patience, cancel)
                    : null;
                Show(file.Name, outcome, warnings, parsed.GetValue(json));
                worst = Math.Max(worst, outcome.Code);
            }
            return worst;
        });
        return command;
    }

    /// <summary>Publishes one declaration through the gateway that <paramref name="http"/> is bound to, with the token it bears.</summary>
    public static async Task<PublishOutcome> PublishAsync(
        HttpClient http, string text, IReadOnlyCollection<string> origins, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(http);
        var declaration = DeclarationFile.Read(text).WithOrigins(origins);
        if (declaration.Site is null) return new PublishOutcome(ExitCode.Refused, null, null, "It names no site, or is not YAML.", []);
        using var body = new StringContent(declaration.Text, Encoding.UTF8, new MediaTypeHeaderValue("application/yaml"));
        try
        {
            var path = new Uri($"/v1/sites/{Uri.EscapeDataString(declaration.Site)}/declaration", UriKind.Relative);
            using var answer = await http.PutAsync(path, body, cancel);
            var told = await GatewayClient.ReadJsonAsync(answer, cancel);
            return answer.IsSuccessStatusCode
                ? new PublishOutcome(ExitCode.Done, declaration.Site, (int?)told?["version"], null, [])
                : new PublishOutcome(ExitCode.Refused, declaration.Site, null, GatewayClient.Reason(answer, told), Faults(told));
        }
        catch (Exception e) when (GatewayClient.IsUnreachable(e, cancel))
        {
            return new PublishOutcome(ExitCode.Unreachable, declaration.Site, null, $"The gateway could not be reached: {e.Message}", []);
        }
    }

    private static List<PublishFault> Faults(JsonNode? problem) => problem?["faults"] is not JsonArray faults ? [] :
        [.. faults.OfType<JsonObject>().Select(f => new PublishFault((string?)f["path"] ?? "", (string?)f["reason"] ?? f.ToJsonString()))];

    private static void Show(string file, PublishOutcome outcome, AskedWarnings? warnings, bool json)
    {
        if (json) Console.WriteLine(JsonSerializer.Serialize(new { file, outcome.Site, outcome.Version, outcome.Problem, outcome.Faults, Warnings = warnings?.Told }, GatewayClient.Json));
        else if (outcome.Code == ExitCode.Done) Console.WriteLine($"published {outcome.Site} version {outcome.Version}");
        // In JSON they stand above; what could not be asked for is said in any case.
        if (warnings is not null && (!json || warnings.Told is null))
            foreach (var line in warnings.Lines(outcome.Site!)) Console.Error.WriteLine(line);
        if (json || outcome.Code == ExitCode.Done) return;
        Console.Error.WriteLine($"not published {file}: {outcome.Problem}");
        foreach (var fault in outcome.Faults) Console.Error.WriteLine($"  {fault.Path}: {fault.Reason}");
    }
}

/// <param name="Code">See <see cref="ExitCode"/>.</param>
public sealed record PublishOutcome(int Code, string? Site, int? Version, string? Problem, IReadOnlyList<PublishFault> Faults);

/// <param name="Path">Where in the declaration, such as <c>purposes[2].legalBasis</c>.</param>
public sealed record PublishFault(string Path, string Reason);
