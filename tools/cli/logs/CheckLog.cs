using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary><c>fsck</c>: reads a log from end to end, believing nothing of it but the keys; with <c>--receipts</c> also finds receipts that it should have and has not.</summary>
internal static class CheckLog
{
    private const int MostOpened = 100_000;

    public static Command Command()
    {
        var receipts = new Option<bool>("--receipts")
        {
            Description = "Also ask where each receipt of the log's controller stands in it, with --token or --data: a token for this controller alone. Opens none of them.",
        };
        var sample = new Option<int>("--sample")
        {
            Description = "With --receipts: of so many, chosen by chance, also ask for the whole proof. It opens them, and each is noted in the log as a look.",
            DefaultValueFactory = _ => 20,
        };
        sample.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var text }] && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MostOpened))
                given.AddError($"--sample is a number from 0 to {MostOpened}.");
        });
        var gateway = new Option<string>("--gateway") { Description = "Address of the gateway that is asked about receipts; unless given, that of the log." };
        var (log, key, token, data, json) = LogSource.Options();
        var command = new Command("fsck", """
            Checks a whole log: that every entry is there and as it was signed, that all tiles are what the entries make them, that times never go back, and that a key that
            you trust signed it, which the log had not retired by then. In memory for a few tiles, however long it is. Exit codes: 0 all is well; 1 something is not, or it
            was stopped; 2 the command line was not understood; 3 the log could not be reached.
            """)
        {
            log, key, receipts, sample, gateway, token, data, json,
        };
        command.SetAction((parsed, cancel) => TellFault.OrCodeAsync(
            parsed.GetValue(json),
            async () =>
            {
                var trusted = TrustedKeys.Read(parsed.GetValue(key) ?? []);
                using var source = LogSource.Open(parsed.GetValue(log)!, parsed.GetValue(token), parsed.GetValue(data));
                var asked = parsed.GetValue(receipts) ? GatewayOf(source, parsed.GetValue(gateway)) : null;
                return await RunAsync(source, trusted, asked, parsed.GetValue(sample), parsed.GetValue(json), cancel);
            },
            cancel));
        return command;
    }

    private static Uri GatewayOf(LogSource source, string? gateway) => source.Address is not { } log
        ? throw new InvalidDataException("--receipts compares with the log that the gateway shows: name it by its address.")
        : gateway is null ? log
        : Uri.TryCreate(gateway, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
        : throw new InvalidDataException($"--gateway is an address such as {GatewayClient.DefaultGateway}.");

    private static async Task<int> RunAsync(LogSource source, BelievedKeys trusted, Uri? gateway, int sample, bool json, CancellationToken cancel)
    {
        var signed = await SignedCheckpoint.ReadAsync(source.Reader, trusted, cancel);
        (signed, var newest) = await CheckAsync(source.Reader, signed, json ? null : new LogProgress(signed.Checkpoint.Size), cancel);
        var progress = new ReceiptProgress();
        var told = gateway is null ? null : await new CheckReceipts(source, signed, signed.Keys, sample, TimeProvider.System).RunAsync(gateway, json ? null : progress.Report, cancel);
        if (told is not null && !json) progress.End();
        var says = told is not { Missing: > 0 } ? null : $"{told.Missing:n0} of {told.Listed:n0} receipts are not in the log.";
        if (json) Console.WriteLine(JsonSerializer.Serialize(Answer(signed, newest, told, says), GatewayClient.Json));
        else Tell(signed, newest, told);
        if (says is null) return ExitCode.Done;
        await Console.Error.WriteLineAsync(says);
        return ExitCode.Refused;
    }

    /// <returns>The checkpoint with the ends of keys that the entries tell of, and the time of the newest entry, empty when there is none.</returns>
    private static async Task<(SignedCheckpoint Signed, string Newest)> CheckAsync(ILogReader log, SignedCheckpoint signed, IProgress<long>? progress, CancellationToken cancel)
    {
        var watched = new WatchEntries(new ReadAhead(log, signed.Checkpoint.Size), signed.Checkpoint.Size);
        try
        {
            if (await LogCheck.RunAsync(watched, signed.Checkpoint.Size, progress, cancel) != signed.Checkpoint.Root)
                throw new LogFaultException(
                    LogFault.Entries, $"The log is not the one that was signed: its {signed.Checkpoint.Size} entries and its tiles agree, but lead to another root than its checkpoint.");
        }
        catch (FormatException e)
        {
            throw new LogFaultException(LogFault.Tiles, e.Message);
        }

        return watched.Times.Fault is { } fault ? throw fault : (signed.With(watched.Times.Announced), watched.Times.Newest);
    }

    private static object Answer(SignedCheckpoint signed, string newest, ReceiptsChecked? receipts, string? says) => new
    {
        Log = signed.Checkpoint.Origin,
        signed.Checkpoint.Size,
        Root = signed.Checkpoint.Root.ToString(),
        Newest = newest.Length > 0 ? newest : null,
        Signers = signed.Signers.Select(signer => signer.ToString()),
        Receipts = receipts,
        Fault = says is null ? null : LogFault.Receipts,
        Says = says,
    };

    private static void Tell(SignedCheckpoint signed, string newest, ReceiptsChecked? receipts)
    {
        var until = newest.Length > 0 ? $", the newest of {newest}" : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{signed.Checkpoint.Origin} has {signed.Checkpoint.Size:n0} entries{until}."));
        Console.WriteLine($"Entries, tiles and checkpoint agree, and times never go back. Signed by {signed.SignerNames}.");
        if (receipts is null) return;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{receipts.Proven:n0} of {receipts.Listed:n0} receipts are in it; {receipts.Pending:n0} were heard just now and are not yet."));
        if (receipts.Opened > 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Of {receipts.Opened:n0} of them, chosen by chance, the whole proof was checked."));
        foreach (var one in receipts.Named) Console.WriteLine($"  missing {one.Id}: {one.Why}");
    }
}
