using System.CommandLine;
using Consent.Load;

var root = new RootCommand("""
    Drives a running Consent with decisions and reads, and checks what it answers; and the servers to compare it with.

    Exit codes: 0 every answer was right; 1 some were not; 2 the command line was not understood.
    """)
{
    DriveDecisions.Command(),
    DriveReads.Command(),
    CompareWith.EchoCommand(),
    CompareWith.ProxyCommand(),
    CompareWith.StaticCommand(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count == 0) return await parsed.InvokeAsync();

foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync(error.Message);
await Console.Error.WriteLineAsync("Add --help to see what can be said.");
return 2;
