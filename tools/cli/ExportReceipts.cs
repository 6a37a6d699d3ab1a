using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Consent.Cli;

/// <summary><c>export</c>: all receipts of a site that audit heard of, or those of a time, into a file, which has its name only when it is whole.</summary>
internal static class ExportReceipts
{
    private const string Beside = ".part";

    /// <summary>For the next piece of an answer that has begun.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static Command Command()
    {
        var file = new Argument<FileInfo>("file") { Description = "The file to write; .csv is written as CSV, anything else as JSON, one receipt a line." };
        var site = new Option<string>("--site") { Description = "The site.", Required = true };
        var (from, until) = (MomentOption("--from", "Recorded then or later"), MomentOption("--until", "Recorded before then; unless given, before now"));
        var format = new Option<string>("--format") { Description = "jsonl or csv, whatever the file is called." };
        format.AcceptOnlyFromAmong("jsonl", "csv");
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("export", """
            Writes every receipt of a site that audit holds into a file. Persons stand in it under their pseudonyms; keep it as you keep personal data. That you asked is noted.
            The file gets its name when all has come and its end says so; until then it is FILE.part, and after a failure there is none. It is not written over.
            Exit codes: 0 it is whole; 1 refused, or what came has no end; 2 the command line was not understood; 3 the gateway could not be reached, or broke off.
            """)
        {
            file, site, from, until, format, gateway, token, data, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var to = parsed.GetValue(file)!;
            if (to.Exists) return await FailAsync(ExitCode.Usage, $"{to} is there already, and is not written over. Move it, or name another.");
            var kind = parsed.GetValue(format) ?? (to.Extension.Equals(".csv", StringComparison.OrdinalIgnoreCase) ? "csv" : "jsonl");
            (string Name, string? Value)[] wish = [("site", parsed.GetValue(site)), ("from", Moment(parsed.GetValue(from))), ("until", Moment(parsed.GetValue(until))), ("format", kind)];
            var query = string.Join('&', wish.Where(w => w.Value is not null).Select(w => $"{w.Name}={Uri.EscapeDataString(w.Value!)}"));
            var part = to.FullName + Beside;
            try
            {
                using var http = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, "audit");
                using var answer = await http.GetAsync(new Uri($"/v1/audit/export?{query}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancel);
                if (!answer.IsSuccessStatusCode) return await FailAsync(ExitCode.Refused, GatewayClient.Reason(answer, await GatewayClient.ReadJsonAsync(answer, cancel)));
                var end = await KeepAsync(answer, part, kind == "csv", parsed.GetValue(json) ? null : Progress, cancel);
                if (!end.IsWhole)
                {
                    TakeAway(part);
                    return await FailAsync(ExitCode.Refused, $"What came has no end after {end.Receipts:n0} receipts. Nothing was kept; run it again.");
                }

                GiveName(part, to.FullName);
                Tell(to.FullName, end.Receipts, parsed.GetValue(json));
                return ExitCode.Done;
            }
            catch (Exception e) when (GatewayClient.IsUnreachable(e, cancel))
            {
                return await FailAsync(ExitCode.Unreachable, $"The gateway could not be reached, or broke off: {e.Message} Nothing was kept.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return await FailAsync(ExitCode.Refused, e.Message);
            }
            catch (OperationCanceledException)
            {
                return await FailAsync(ExitCode.Refused, "It was stopped before its end. Nothing was kept.");
            }
        });
        return command;
    }

    /// <summary>Readable to its owner alone, and on the disk when it returns.</summary>
    private static async Task<ExportEnd> KeepAsync(HttpResponseMessage answer, string part, bool csv, Action<long, long>? progress, CancellationToken cancel)
    {
        TakeAwayOld(part);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var to = new FileStream(part, options);
        try
        {
            await using var from = await answer.Content.ReadAsStreamAsync(cancel);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var (end, piece, bytes, told) = (new ExportEnd(csv), new byte[128 << 10], 0L, 0L);
            while (true)
            {
                patience.CancelAfter(Patience);
                var got = await from.ReadAsync(piece, patience.Token);
                if (got == 0) break;
                end.Read(piece.AsSpan(0, got));
                await to.WriteAsync(piece.AsMemory(0, got), cancel);
                bytes += got;
                if (bytes - told < 1 << 20) continue;
                told = bytes;
                progress?.Invoke(end.Receipts, told);
            }

            await to.FlushAsync(cancel);
            to.Flush(flushToDisk: true);
            return end;
        }
        catch
        {
            TakeAway(part);
            throw;
        }
    }

    /// <summary>
    /// What a run that was killed left: written anew, it would keep its mode, or lead elsewhere where it is a link. Throws <see cref="IOException"/>, and leaves it, while another run
    /// writes it.
    /// </summary>
    private static void TakeAwayOld(string part)
    {
        var old = new FileInfo(part);
        if (old.LinkTarget is not null) old.Delete();
        else if (old.Exists) new FileStream(part, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.DeleteOnClose }).Dispose();
    }

    /// <summary>Gives the whole file its name, unless that was taken meanwhile: then nothing is kept.</summary>
    private static void GiveName(string part, string file)
    {
        try
        {
            File.Move(part, file, overwrite: false);
        }
        catch
        {
            TakeAway(part);
            throw;
        }
    }

    /// <summary>As the service reads it, whatever the zone of either machine is.</summary>
    private static string? Moment(string? given) => given is null
        ? null
        : DateTimeOffset.Parse(given, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Option<string> MomentOption(string name, string meaning)
    {
        var option = new Option<string>(name) { Description = $"{meaning}: a moment such as 2026-06-03T12:00:00Z." };
        option.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var text }] && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
                given.AddError($"{name} is a moment such as 2026-06-03T12:00:00Z.");
        });
        return option;
    }

    private static void Tell(string file, long receipts, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { Receipts = receipts, Bytes = new FileInfo(file).Length, File = file }, GatewayClient.Json));
            return;
        }

        if (!Console.IsErrorRedirected) Console.Error.WriteLine();
        Console.WriteLine($"{receipts:n0} receipts: {file}");
    }

    /// <summary>One line that changes on a terminal, a line each time in a log. How many there will be, nobody knows before.</summary>
    private static void Progress(long receipts, long bytes)
    {
        var line = $"{receipts:n0} receipts, {bytes >> 20:n0} MiB";
        if (Console.IsErrorRedirected) Console.Error.WriteLine(line);
        else Console.Error.Write($"\r{line}");
    }

    private static void TakeAway(string part)
    {
        try
        {
            File.Delete(part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{part} is left, and is not whole: {e.Message}");
        }
    }

    private static async Task<int> FailAsync(int code, string why)
    {
        await Console.Error.WriteLineAsync(why);
        return code;
    }
}
