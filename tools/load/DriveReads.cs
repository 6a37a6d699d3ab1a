using System.CommandLine;

namespace Consent.Load;

/// <summary><c>read</c>: the states of visitors who decided in an earlier run, in random order.</summary>
internal static class DriveReads
{
    public static Command Command()
    {
        var options = new LoadOptions();
        var known = new Option<long>("--known") { Description = "How many visitors of the seed decided before.", Required = true };
        var command = new Command("read", "The states of visitors who decided in an earlier run of the same seed.") { known };
        options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var most = Math.Max(1, parsed.GetValue(known));
            var asked = new Asked(
                options.Server(parsed), Template.OwnState(options.Site(parsed)), options.Visitors(parsed), () => Random.Shared.NextInt64(most), StatusCodes.Status200OK);
            return options.Tell(parsed, await options.RunAsync(parsed, asked, cancel));
        });
        return command;
    }
}
