using Consent.Storage.Tests;
using Xunit.Runner.InProc.SystemConsole;

return args switch
{
    [AppendUntilKilled.Verb, .. var engine] => await AppendUntilKilled.RunAsync(engine),
    [RunRoundUntilKilled.Verb, .. var engine] => await RunRoundUntilKilled.RunAsync(engine),
    _ => await ConsoleRunner.Run(args),
};
