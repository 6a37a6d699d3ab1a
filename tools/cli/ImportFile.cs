using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Consent.Cli;

/// <summary>
/// <c>import</c> and <c>marketing import</c>: sends a file of decisions, or of opt-ins, in pieces, says how far it is, keeps the rows that were refused
/// beside the file, and goes on where it was broken off: with the same rows, to the same gateway, site and system.
/// </summary>
internal static class ImportFile
{
    public static Command Command() => Of(
        "Records decisions that were taken with another banner. Sent again, a row is recorded once; a \"no\" is never weakened.",
        "NDJSON, or CSV when its name ends in .csv.", "The site to which the decisions belong.", "Where they come from, such as cookiebot.", "consent", "imports");

    public static Command OptInsCommand() => Of(
        "Records opt-ins that were given elsewhere. Without its proof one is unproven, and is not mailed. Sent again, a row is recorded once; nobody who opted out comes back.",
        "NDJSON: address, topic, channel unless it is e-mail, optedInAt, evidence, reference, and what else is known.", "The site whose topics they are.", "Where they come from, such as mailchimp.",
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
            var to = new Uri(new Uri(parsed.GetValue(gateway)!), address).GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);
            try
            {
                return await RunAsync(Connect, address, to, parsed.GetValue(file)!, parsed.GetValue(json), cancel);
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

    private static async Task<int> RunAsync(Func<HttpClient> connect, Uri address, string to, FileInfo file, bool json, CancellationToken cancel)
    {
        var (progress, errors, csv) = (file.FullName + ".progress", file.FullName + ".errors.ndjson", ImportPieces.IsCsv(file));
        using var pieces = await OpenAsync(file, to, progress, cancel);
        if (pieces.Line == 0) File.Delete(errors);
        var sums = new Dictionary<string, long>(StringComparer.Ordinal) { ["rows"] = 0, ["recorded"] = 0, ["known"] = 0, ["refused"] = 0 };
        while (await pieces.NextAsync(cancel) is { } piece)
        {
            using var body = new ReadOnlyMemoryContent(piece.Body);
            body.Headers.ContentType = new MediaTypeHeaderValue(csv ? "text/csv" : "application/x-ndjson");
            using var http = connect();
            using var answer = await http.PostAsync(address, body, cancel);
            if (!answer.IsSuccessStatusCode)
            {
                await Console.Error.WriteLineAsync(GatewayClient.Reason(answer, await GatewayClient.ReadJsonAsync(answer, cancel)));
                return ExitCode.Refused;
            }

            if (ImportAnswer.Read(await answer.Content.ReadAsStringAsync(cancel), piece.Rows) is not { } told)
            {
                await Console.Error.WriteLineAsync(
                    $"The answer to lines {piece.First} to {piece.Last} was cut off, or is about other rows: which of these went in is not known. " +
                    "Run the same command again: it sends them again, and nothing is recorded twice. If that does not help: does --gateway name a gateway of Consent?");
                return ExitCode.Refused;
            }

            // Its lines count the header, which each piece has.
            await KeepAsync(told, piece.First - (csv ? 2 : 1), errors, sums, cancel);
            new ImportProgress(to, file.Length, piece.Last, piece.Hash).Keep(progress);
            if (!json) Progress.Say(pieces.Done, Told(sums));
        }

        if (!json) Progress.End();
        File.Delete(progress);
        Console.WriteLine(json ? JsonSerializer.Serialize(sums, GatewayClient.Json) : $"{Told(sums)}.");
        if (sums["refused"] > 0) await Console.Error.WriteLineAsync($"The refused rows, with line and reason: {errors}");
        return sums["refused"] > 0 ? ExitCode.Refused : ExitCode.Done;
    }

    /// <summary>Behind the last piece that went in; says so where something is left with which this import cannot go on.</summary>
    private static async Task<ImportPieces> OpenAsync(FileInfo file, string to, string progress, CancellationToken cancel)
    {
        var (isLeft, held) = (File.Exists(progress), ImportProgress.Read(progress));
        var pieces = await ImportPieces.OpenAsync(file, held?.To == to && held.Length == file.Length ? held : null, cancel);
        if (isLeft && pieces.Line == 0)
        {
            var why = held is null ? "cannot be read" : "is of another import: to another gateway, site or system, or of other rows";
            await Console.Error.WriteLineAsync($"{progress} {why}. This import begins anew; what went in already is not recorded twice.");
        }

        return pieces;
    }

    private static string Told(Dictionary<string, long> sums)
    {
        var unproven = sums.GetValueOrDefault("unproven") is > 0 and var some ? $" ({some} of them unproven: not to be mailed)" : "";
        return $"{sums["recorded"]} recorded{unproven}, {sums["known"]} known, {sums["refused"]} refused";
    }

    /// <summary>Adds the sums, and writes what was refused with the line that it has in the file.</summary>
    private static async Task KeepAsync(ImportAnswer told, long before, string errors, Dictionary<string, long> sums, CancellationToken cancel)
    {
        foreach (var (name, count) in told.Sums) sums[name] = sums.GetValueOrDefault(name) + count;
        if (told.Refused.Count == 0) return;
        var lines = told.Refused.Select(row => JsonSerializer.Serialize(row with { Line = row.Line + before }, GatewayClient.Json) + "\n");
        await File.AppendAllTextAsync(errors, string.Concat(lines), cancel);
    }

    /// <summary>How far a file is read: one line that changes on a terminal, a line each time in a log.</summary>
    private static class Progress
    {
        public static void Say(double done, string sums)
        {
            var line = $"{100 * done,3:n0} %: {sums}";
            if (Console.IsErrorRedirected) Console.Error.WriteLine(line);
            else Console.Error.Write($"\r{line}");
        }

        public static void End()
        {
            if (!Console.IsErrorRedirected) Console.Error.WriteLine();
        }
    }
}
