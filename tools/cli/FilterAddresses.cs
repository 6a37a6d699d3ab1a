using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Consent.Cli;

/// <summary>
/// <c>marketing filter</c>: a list goes in, and the rows that may be mailed come out; beside them those that may not, with reason and receipt,
/// and those that cannot be read. No address is shown on the terminal.
/// </summary>
internal static class FilterAddresses
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private sealed record Answer(IReadOnlyList<MaySendAnswer>? Results);

    public static Command Command()
    {
        var list = new Argument<FileInfo>("list") { Description = "A CSV file in UTF-8; commas or semicolons, with or without a header." };
        var site = new Option<string>("--site") { Description = "The site on whose behalf mail is sent.", Required = true };
        var topic = new Option<string>("--topic") { Description = "What it is about: the id of a topic in the site's declaration.", Required = true };
        var channel = new Option<string>("--channel") { Description = "How it is sent: email, sms, phone or post, as the topic has it.", DefaultValueFactory = _ => "email" };
        var column = new Option<string>("--column") { Description = "The column with the addresses, by its name; by its number, from 1, in a list without a header.", DefaultValueFactory = _ => "email" };
        column.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var text }] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number == 0)
                given.AddError("Columns are counted from 1.");
        });
        var permitted = new Option<FileInfo>("--out") { Description = "Gets the rows that may be mailed; unless given, LIST.permitted.csv." };
        var refused = new Option<FileInfo>("--refused") { Description = "Gets those that may not, with reason and receipt; unless given, LIST.refused.csv." };
        var errors = new Option<FileInfo>("--errors") { Description = "Gets the line of each row that cannot be read, and why; unless given, LIST.errors.csv." };
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("filter", """
            Takes the rows out of a list that may not be mailed, on this topic, by this channel and now: mail at once, or ask again. For text messages, calls
            and letters too: with --channel, and --column for telephone numbers.

            Rows and their order stay as they are, repeated ones too; cells that begin with =, +, - or @ are copied as they are. The three files get their names
            when all is answered, and are not there before; none is written over. Where the law names a public list of objections for some of the permitted
            rows, such as a do-not-call list, it is told at the end: look into it before you use them. Exit codes: 0 all is answered, whatever the answers.
            """)
        {
            list, site, topic, channel, column, permitted, refused, errors, gateway, token, data, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var file = parsed.GetValue(list)!;
            string[] names = [Named(permitted, "permitted"), Named(refused, "refused"), Named(errors, "errors")];
            if (WhyNot(file, names) is { } why) return await FailAsync(ExitCode.Usage, why);
            var path = new Uri($"/v1/sites/{Uri.EscapeDataString(parsed.GetValue(site)!)}/marketing/check", UriKind.Relative);
            try
            {
                FilterSums sums;
                using (var rows = await AddressList.OpenAsync(file.FullName, parsed.GetValue(column)!, cancel))
                using (var files = new FilteredFiles(rows, names[0], names[1], names[2]))
                {
                    sums = await FilterList.RunAsync(rows, files, AskOnceAsync, parsed.GetValue(json) ? null : told => Progress(rows.Done, told), cancel);
                    files.Finish();
                }
                Tell(sums, names, parsed.GetValue(json));
                return ExitCode.Done;
            }
            catch (InvalidDataException e)
            {
                return await FailAsync(ExitCode.Usage, e.Message);
            }
            catch (Exception e) when (e is RefusedException or IOException or UnauthorizedAccessException)
            {
                return await FailAsync(ExitCode.Refused, e.Message);
            }
            catch (Exception e) when (GatewayClient.IsUnreachable(e, cancel))
            {
                return await FailAsync(ExitCode.Unreachable, $"The gateway could not be reached: {e.Message} No file was written.");
            }

            string Named(Option<FileInfo> option, string kind) => parsed.GetValue(option)?.FullName ?? Path.ChangeExtension(file.FullName, $".{kind}.csv");

            async Task<IReadOnlyList<MaySendAnswer>> AskOnceAsync(IReadOnlyList<string> addresses, CancellationToken stop)
            {
                // A token that is made here lives for minutes, and a long list takes longer: each call has its own.
                using var http = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, "marketing");
                http.Timeout = Patience;
                return await AskAsync(http, path, parsed.GetValue(topic)!, parsed.GetValue(channel)!, addresses, stop);
            }
        });
        return command;
    }

    private static string? WhyNot(FileInfo list, string[] names)
    {
        if (!list.Exists) return $"There is no file {list}.";
        if (names.Append(list.FullName).Distinct(StringComparer.Ordinal).Count() <= names.Length) return "--out, --refused and --errors name three files, and none of them is the list.";
        return names.FirstOrDefault(File.Exists) is { } there
            ? $"{there} is there already. It is not written over: after a run that fails it might be taken for the new one. Move it, or name another."
            : null;
    }

    private static async Task<IReadOnlyList<MaySendAnswer>> AskAsync(
        HttpClient http, Uri path, string topic, string channel, IReadOnlyList<string> addresses, CancellationToken cancel)
    {
        using var body = JsonContent.Create(new { topic, channel, addresses }, options: GatewayClient.Json);
        using var answer = await http.PostAsync(path, body, cancel);
        if (!answer.IsSuccessStatusCode) throw new RefusedException($"{GatewayClient.Reason(answer, await GatewayClient.ReadJsonAsync(answer, cancel))} No file was written.");
        IReadOnlyList<MaySendAnswer>? results;
        try
        {
            results = JsonSerializer.Deserialize<Answer>(await answer.Content.ReadAsByteArrayAsync(cancel), GatewayClient.Json)?.Results;
        }
        catch (JsonException)
        {
            results = null;
        }
        return results is not null && results.Count == addresses.Count && results.All(result => result is { Reason: not null })
            ? results
            : throw new RefusedException("What came is not an answer for each address. Does --gateway name a gateway of Consent? No file was written.");
    }

    private static void Tell(FilterSums sums, string[] names, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new { sums.Permitted, sums.Refused, sums.Unreadable, sums.Reasons, sums.Registers, Files = new { Permitted = names[0], Refused = names[1], Errors = names[2] } }, GatewayClient.Json));
            return;
        }
        if (!Console.IsErrorRedirected) Console.Error.WriteLine();
        var reasons = string.Join(", ", sums.Reasons.Select(reason => $"{reason.Value:n0} {reason.Key}"));
        Console.WriteLine($"{sums.Permitted:n0} may be mailed: {names[0]}");
        foreach (var (register, rows) in sums.Registers) Console.WriteLine($"  {rows:n0} of them unless they stand in a public list of objections, which is not known here: {register}");
        Console.WriteLine($"{sums.Refused:n0} may not{(reasons.Length > 0 ? $" ({reasons})" : "")}: {names[1]}");
        Console.WriteLine($"{sums.Unreadable:n0} cannot be read: {names[2]}");
    }

    /// <summary>One line that changes on a terminal, a line each time in a log.</summary>
    private static void Progress(double done, FilterSums sums)
    {
        var line = $"{100 * done,3:n0} %: {sums.Permitted:n0} may be mailed, {sums.Refused:n0} may not, {sums.Unreadable:n0} cannot be read";
        if (Console.IsErrorRedirected) Console.Error.WriteLine(line);
        else Console.Error.Write($"\r{line}");
    }

    private static async Task<int> FailAsync(int code, string why)
    {
        await Console.Error.WriteLineAsync(why);
        return code;
    }
}
