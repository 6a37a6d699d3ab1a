using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Consent.Tests.Support;

namespace Consent.VerifiableLog.Tests;

/// <summary>
/// One life of <c>tests/LogWriter</c>, under strace where system calls are to be counted or to fail. strace counts them by thread and by name, and so does this: the writer has one thread
/// that writes.
/// </summary>
/// <param name="Code">137 when it was killed.</param>
/// <param name="Lines">What it told; of one that was killed, up to then.</param>
internal sealed partial record WriterProcess(int Code, IReadOnlyList<string> Lines, string Errors)
{
    /// <summary>By which a file comes to be as it is. (.NET writes files with pwrite64; write is here to see that it does.)</summary>
    private const string Calls = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2";

    public static Task<WriterProcess> RunAsync(string folder, int life) => RunAsync([], folder, life);

    /// <summary>A first life, undisturbed: how often it makes each call that changes its files.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> CountAsync()
    {
        using var folder = new TemporaryFolder();
        var trace = folder.File("trace");
        var writer = await RunAsync(["strace", "-f", "-qq", "-y", "-o", trace, "-e", $"trace={Calls}"], folder.File("log"), 1);
        Assert.True(writer.Code == 0, $"It ended with {writer.Code}: {writer.Errors}");
        var made = File.ReadLines(trace).Select(line => Call().Match(line)).Where(match => match.Success)
            .Select(match => (Thread: match.Groups["thread"].Value, Name: match.Groups["name"].Value, Arguments: match.Groups["arguments"].Value)).ToList();
        // Else a part of them would be failed by no run.
        Assert.DoesNotContain(made, call => call.Name == "write" && call.Arguments.Contains(folder.Path, StringComparison.Ordinal));
        var writing = made.Where(call => call.Name != "write").ToList();
        Assert.Single(writing.Select(call => call.Thread).Distinct(StringComparer.Ordinal));
        return writing.GroupBy(call => call.Name, StringComparer.Ordinal).ToDictionary(calls => calls.Key, calls => calls.Count(), StringComparer.Ordinal);
    }

    /// <summary>A first life, in which the nth call of the name has the fault, as strace writes it; fails where that never happened.</summary>
    public static async Task<WriterProcess> FailAsync(string folder, string call, int nth, string fault)
    {
        var trace = Path.Combine(Path.GetDirectoryName(folder)!, "trace");
        var when = string.Create(CultureInfo.InvariantCulture, $"inject={call}:{fault}:when={nth}");
        var writer = await RunAsync(["strace", "-f", "-qq", "-o", trace, "-e", $"trace={call}", "-e", when], folder, 1);
        var happened = writer.Code == 137 || (await File.ReadAllTextAsync(trace)).Contains("(INJECTED)", StringComparison.Ordinal);
        Assert.True(happened, $"{when} did not happen: it ended with {writer.Code}. {writer.Errors}");
        return writer;
    }

    private static async Task<WriterProcess> RunAsync(string[] under, string folder, int life)
    {
        string[] command = [.. under, "dotnet", Repository.Program("tests/LogWriter"), folder, life.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        // No profile and no door for debuggers: a process that lives for a moment gains nothing by either.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = Process.Start(start)!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new WriterProcess(process.ExitCode, (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries), await errors);
    }

    [GeneratedRegex(@"^(?<thread>\d+)\s+(?<name>\w+)\((?<arguments>.*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Call();
}
