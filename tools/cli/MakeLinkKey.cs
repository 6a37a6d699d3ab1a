using System.CommandLine;

namespace Consent.Cli;

/// <summary><c>marketing link-key</c>: the key with which a mailer makes opt-out links of one site itself.</summary>
internal static class MakeLinkKey
{
    public static Command Command()
    {
        var site = new Option<string>("--site") { Description = "The site whose links the key makes.", Required = true };
        var rotate = new Option<bool>("--rotate")
        {
            Description = "Makes a new key first, and revokes the ones before, as when a mailer was broken into: links that were made with them still opt people out, for ever, and do nothing else any more.",
        };
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command(
            "link-key",
            "Prints the key with which a mailer makes the opt-out links of one site, offline. It is a secret: give it to that mailer alone. "
            + "After --rotate give the new one to every mailer of the site.")
        {
            site, rotate, gateway, token, data, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, "operator");
            try
            {
                var route = $"/v1/sites/{Uri.EscapeDataString(parsed.GetValue(site)!)}/marketing/link-key{(parsed.GetValue(rotate) ? "?rotate=true" : "")}";
                using var answer = await client.PostAsync(new Uri(route, UriKind.Relative), null, cancel);
                var told = await GatewayClient.ReadJsonAsync(answer, cancel);
                if (!answer.IsSuccessStatusCode)
                {
                    await Console.Error.WriteLineAsync(GatewayClient.Reason(answer, told));
                    return ExitCode.Refused;
                }
                Console.WriteLine(parsed.GetValue(json) ? told!.ToJsonString(GatewayClient.Json) : (string)told!["key"]!);
                return ExitCode.Done;
            }
            catch (HttpRequestException)
            {
                await Console.Error.WriteLineAsync($"The gateway at {parsed.GetValue(gateway)} could not be reached. Name it with --gateway.");
                return ExitCode.Unreachable;
            }
        });
        return new Command("marketing", "Opt-out links.") { command };
    }
}
