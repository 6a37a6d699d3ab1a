using System.Diagnostics;
using System.Globalization;
using Consent.Audit.Logs;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>Full verification as an auditor does it: <c>consent fsck</c>, a process of its own, over a copy of the log in a folder.</summary>
internal static class AuditFsck
{
    /// <param name="tiles">Of the log; the service that writes it is stopped.</param>
    /// <param name="copy">Where the files of the log stand beside its checkpoint.</param>
    public static async Task<List<Figure>> MeasureAsync(ServedLog log, string tiles, string copy, string of)
    {
        Directory.CreateDirectory(copy);
        Directory.CreateSymbolicLink(Path.Combine(copy, "tile"), tiles);
        await File.WriteAllTextAsync(Path.Combine(copy, "checkpoint"), log.Note);
        string[] arguments = [Repository.Program("tools/cli"), "fsck", copy, .. log.Keys.SelectMany(key => (string[])["--key", key])];
        var began = Stopwatch.GetTimestamp();
        using var fsck = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (output, errors, peak) = (fsck.StandardOutput.ReadToEndAsync(), fsck.StandardError.ReadToEndAsync(), 0L);
        while (!fsck.HasExited)
        {
            peak = Math.Max(peak, PeakOf(fsck.Id));
            await Task.Delay(20);
        }

        await fsck.WaitForExitAsync();
        var took = Stopwatch.GetElapsedTime(began);
        if (fsck.ExitCode != 0 || !(await output).Contains(log.Size.ToString("n0", CultureInfo.InvariantCulture), StringComparison.Ordinal))
            throw new InvalidOperationException($"fsck ended with {fsck.ExitCode}: {await output}\n{await errors}");
        return
        [
            new("full verification, consent fsck", took.TotalSeconds, 60, false, "s", $"{of}, from the start of its process"),
            new("its memory at most", peak / (double)(1 << 20), 500, false, "MB", $"{of}, resident"),
        ];
    }

    /// <summary>The most that was ever resident, in bytes; 0 once it has ended.</summary>
    private static long PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
