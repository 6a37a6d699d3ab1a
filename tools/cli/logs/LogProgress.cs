namespace Consent.Cli.Logs;

/// <summary>How much of a log has been read, on standard error at each whole per cent: one line that changes on a terminal, a line each time in a log.</summary>
/// <param name="total">Entries; for none nothing is said.</param>
internal sealed class LogProgress(long total) : IProgress<long>
{
    private long _told = -1;

    public void Report(long value)
    {
        var percent = total == 0 ? -1 : (long)(100.0 * value / total);
        if (percent <= _told) return;
        _told = percent;
        var line = $"{percent,3} %: {value:n0} of {total:n0} entries";
        if (Console.IsErrorRedirected) Console.Error.WriteLine(line);
        else Console.Error.Write($"\r{line}{(percent == 100 ? "\n" : "")}");
    }
}
