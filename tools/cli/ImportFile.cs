using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Consent.Cli;

/// <summary>
/// <c>import</c> and <c>marketing import</c>: sends a file of decisions, or of opt-ins, in pieces, says how far it is, keeps the rows that were refused
/// beside the file, and goes on where it was broken off.
/// </summary>
internal static class ImportFile
{
    private const int RowsAtOnce = 10_000, CharactersAtOnce = 1_000_000;

    public static Command Command() => Of(
        "Records decisions that were taken with another banner. Sent again, a row is recorded once; a \"no\" is never weakened.",
        "NDJSON, or CSV when its name ends in .csv.", "The site to which the decisions belong.", "Where they come from, such as cookiebot.", "consent", "imports");

    public static Command OptInsCommand() => Of(
        "Records opt-ins that were given elsewhere. Without its proof one is unproven, and is not mailed. Sent again, a row is recorded once; nobody who opted out comes back.",
        "NDJSON: address, topic, optedInAt, evidence, reference, and what else is known.", "The site whose topics they are.", "Where they come from, such as mailchimp.",
        "marketing", "marketing/import");

    private static Command Of(string what, string form, string whose, string origin, string scope, string path)
    {
        var file = new Argument<FileInfo>("file") { Description = form };
        var site = new Option<string>("--site") { Description = whose, Required = true };
        var system = new Option<string>("--system") { Description = origin, Required = true };
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("import", what) { file, site, system, gateway, token, data, json };
        command.SetAction(async (parsed, cancel) =>
        {
            if (!parsed.GetValue(file)!.Exists)
            {
                await Console.Error.WriteLineAsync($"There is no file {parsed.GetValue(file)}.");
                return ExitCode.Usage;
            }

            var address = new Uri($"/v1/sites/{Uri.EscapeDataString(parsed.GetValue(site)!)}/{path}?system={Uri.EscapeDataString(parsed.GetValue(system)!)}", UriKind.Relative);
            try
            {
                return await RunAsync(Connect, address, parsed.GetValue(file)!, parsed.GetValue(json), cancel);
            }
            catch (Exception e) when (GatewayClient.IsUnreachable(e, cancel))
            {
                await Console.Error.WriteLineAsync($"The gateway could not be reached: {e.Message} Run the same command again to go on.");
                return ExitCode.Unreachable;
            }

            HttpClient Connect()
            {
                // A token that is made here lives for minutes, and a long file takes longer: each piece has its own.
                var http = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, scope);
                http.Timeout = TimeSpan.FromMinutes(10);
                return http;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(Func<HttpClient> connect, Uri address, FileInfo file, bool json, CancellationToken cancel)
    {
        var csv = file.Extension.Equals(".csv", StringComparison.OrdinalIgnoreCase);
        var (progress, errors) = (file.FullName + ".progress", file.FullName + ".errors.ndjson");
        var done = File.Exists(progress) ? long.Parse((await File.ReadAllTextAsync(progress, cancel)).Trim(), CultureInfo.InvariantCulture) : 0;
        if (done == 0) File.Delete(errors);
        var sums = new Dictionary<string, long>(StringComparer.Ordinal) { ["rows"] = 0, ["recorded"] = 0, ["known"] = 0, ["refused"] = 0 };
        using var lines = new StreamReader(file.FullName);
        var told = new Progress(lines.BaseStream);
        var header = csv ? await lines.ReadLineAsync(cancel) : null;
        // Line numbers count the header.
        long line = csv ? 1 : 0;
        for (; line < done && await lines.ReadLineAsync(cancel) is not null; line++)
        {
        }

        var piece = new StringBuilder();
        while (await ReadPieceAsync(lines, header, piece, cancel) is > 0 and var rows)
        {
            using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(piece.ToString()));
            body.Headers.ContentType = new MediaTypeHeaderValue(csv ? "text/csv" : "application/x-ndjson");
            using var http = connect();
            using var answer = await http.PostAsync(address, body, cancel);
            if (!answer.IsSuccessStatusCode)
            {
                await Console.Error.WriteLineAsync(GatewayClient.Reason(answer, await GatewayClient.ReadJsonAsync(answer, cancel)));
                return ExitCode.Refused;
            }

            var before = line - (csv ? 1 : 0);
            await KeepAsync(await answer.Content.ReadAsStringAsync(cancel), before, errors, sums, cancel);
            line += rows;
            await File.WriteAllTextAsync(progress, line.ToString(CultureInfo.InvariantCulture), cancel);
            if (!json) told.Say(Told(sums));
        }

        if (!json) Progress.End();
        File.Delete(progress);
        Console.WriteLine(json ? System.Text.Json.JsonSerializer.Serialize(sums, GatewayClient.Json) : $"{Told(sums)}.");
        if (sums["refused"] > 0) await Console.Error.WriteLineAsync($"The refused rows, with line and reason: {errors}");
        return sums["refused"] > 0 ? ExitCode.Refused : ExitCode.Done;
    }

    private static async Task<int> ReadPieceAsync(StreamReader lines, string? header, StringBuilder piece, CancellationToken cancel)
    {
        piece.Clear();
        if (header is not null) piece.Append(header).Append('\n');
        var rows = 0;
        for (; rows < RowsAtOnce && piece.Length < CharactersAtOnce && await lines.ReadLineAsync(cancel) is { } row; rows++) piece.Append(row).Append('\n');
        return rows;
    }

    private static string Told(Dictionary<string, long> sums)
    {
        var unproven = sums.GetValueOrDefault("unproven") is > 0 and var some ? $" ({some} of them unproven: not to be mailed)" : "";
        return $"{sums["recorded"]} recorded{unproven}, {sums["known"]} known, {sums["refused"]} refused";
    }

    /// <summary>Adds the sums, and writes what was refused with the line that it has in the file.</summary>
    private static async Task KeepAsync(string answer, long before, string errors, Dictionary<string, long> sums, CancellationToken cancel)
    {
        foreach (var text in answer.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var told = JsonNode.Parse(text)!.AsObject();
            if (told["summary"] is JsonObject summary)
            {
                foreach (var (name, count) in summary) sums[name] = sums.GetValueOrDefault(name) + (long)count!;
                continue;
            }

            told["line"] = (long)told["line"]! + before;
            await File.AppendAllTextAsync(errors, told.ToJsonString(GatewayClient.Json) + "\n", cancel);
        }
    }

    /// <summary>How far a file is read: one line that changes on a terminal, a line each time in a log.</summary>
    private sealed class Progress(Stream file)
    {
        public void Say(string sums)
        {
            var line = $"{100.0 * file.Position / Math.Max(1, file.Length),3:n0} %: {sums}";
            if (Console.IsErrorRedirected) Console.Error.WriteLine(line);
            else Console.Error.Write($"\r{line}");
        }

        public static void End()
        {
            if (!Console.IsErrorRedirected) Console.Error.WriteLine();
        }
    }
}
