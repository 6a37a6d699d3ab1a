using System.Globalization;

namespace Consent.Cli.Logs;

/// <summary>How many receipts were looked at and how fast, on standard error, once a second at most and at the end: nobody knows beforehand how many there are.</summary>
internal sealed class ReceiptProgress
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private long _told;
    private long _looked;

    public void Report(long receipts)
    {
        _looked = receipts;
        if (_told != 0 && TimeProvider.System.GetElapsedTime(_told) < Every) return;
        _told = TimeProvider.System.GetTimestamp();
        Tell("");
    }

    public void End() => Tell("\n");

    private void Tell(string end)
    {
        var perSecond = _looked / Math.Max(0.001, TimeProvider.System.GetElapsedTime(_began).TotalSeconds);
        var line = string.Create(CultureInfo.InvariantCulture, $"{_looked:n0} receipts, {perSecond:n0} a second");
        if (Console.IsErrorRedirected) Console.Error.WriteLine(line);
        else Console.Error.Write($"\r{line}   {end}");
    }
}
