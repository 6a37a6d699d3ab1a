using System.CommandLine;
using Consent.Cli;
using Consent.Cli.Logs;
using Consent.Cli.Scan;

var marketing = MakeLinkKey.Command();
marketing.Description = "Whom a mailing may go to and on what that rests, its opt-out links, and opt-ins from elsewhere.";
marketing.Add(FilterAddresses.Command());
marketing.Add(ImportFile.OptInsCommand());
marketing.Add(ListCampaigns.Command());
marketing.Add(ShowProof.Command());

var root = new RootCommand("""
    Consent on the command line.

    Exit codes: 0 done; 1 refused by the service, not found, or does not verify; 2 the command line was not understood; 3 the gateway or the broker could not be reached;
    of a scan: 4 something departs from the declaration; 5 the site could not be scanned.
    """)
{
    MakeToken.Command(),
    PublishFiles.Command(),
    TraceReceipt.Command(),
    TellTimeline.Command(),
    AskInForce.Command(),
    ExportReceipts.Command(),
    VerifyProof.Command(),
    MonitorLog.Command(),
    CheckLog.Command(),
    ImportFile.Command(),
    BackUpData.BackupCommand(),
    BackUpData.RestoreCommand(),
    RotateKeys.Command(),
    RotateLogKey.Command(),
    Deliveries.Command(),
    ErrorQueues.Command(),
    marketing,
    ScanSite.Command(),
};
var parsed = root.Parse(args);
// A command that is stopped may need a moment: scan ends its browser and takes the profile away.
if (parsed.Errors.Count == 0) return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });

foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync(error.Message);
await Console.Error.WriteLineAsync("Add --help to see what can be said.");
return ExitCode.Usage;
