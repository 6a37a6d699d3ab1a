using System.Diagnostics;

namespace Consent.Tests.Support;

/// <summary>The command-line tool as a process of its own, as an operator runs it.</summary>
public static class CommandLine
{
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.Program("tools/cli"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // Into a pipe it writes no colours, whatever the terminal can show.
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        using var tool = Process.Start(start)!;
        var output = tool.StandardOutput.ReadToEndAsync();
        var errors = await tool.StandardError.ReadToEndAsync();
        await tool.WaitForExitAsync();
        return (tool.ExitCode, (await output).TrimEnd(), errors.TrimEnd());
    }
}
