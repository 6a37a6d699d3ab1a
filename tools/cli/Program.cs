using System.CommandLine;
using Consent.Cli;

var root = new RootCommand("""
    Consent on the command line.

    Exit codes: 0 done; 1 refused by the service, or not found; 2 the command line was not understood; 3 the gateway or the broker could not be reached.
    """)
{
    MakeToken.Command(),
    PublishFiles.Command(),
    TraceReceipt.Command(),
    ImportFile.Command(),
    BackUpData.BackupCommand(),
    BackUpData.RestoreCommand(),
    RotateKeys.Command(),
    Deliveries.Command(),
    ErrorQueues.Command(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count == 0) return await parsed.InvokeAsync();

foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync(error.Message);
await Console.Error.WriteLineAsync("Add --help to see what can be said.");
return ExitCode.Usage;
