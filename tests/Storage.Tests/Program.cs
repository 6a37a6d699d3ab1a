using Consent.Storage.Tests;
using Xunit.Runner.InProc.SystemConsole;

return args is [AppendUntilKilled.Verb, var file] ? await AppendUntilKilled.RunAsync(file) : await ConsoleRunner.Run(args);
