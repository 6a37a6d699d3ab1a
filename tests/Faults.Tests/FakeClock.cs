using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>The wall clock of one process, moved while it runs (Debian's libfaketime); timers run on.</summary>
public sealed class FakeClock : IDisposable
{
    private static readonly string Library = Directory.EnumerateDirectories("/usr/lib").Select(d => Path.Combine(d, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException("libfaketime is not installed: apt-get install faketime.");

    private readonly TemporaryFolder _folder = new();

    public FakeClock() => Move(TimeSpan.Zero);

    private string Offset => _folder.File("offset");

    /// <summary>The environment of the process.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["LD_PRELOAD"] = Library,
        ["FAKETIME_TIMESTAMP_FILE"] = Offset,
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        // Its mend for older C libraries, which it takes to be needed here, lets every timed wait on the monotonic clock end at once.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
    };

    /// <summary>Against the real time, within a second.</summary>
    public void Move(TimeSpan by)
    {
        var aside = _folder.File("offset.new");
        File.WriteAllText(aside, $"{(by < TimeSpan.Zero ? '-' : '+')}{(long)Math.Abs(by.TotalSeconds)}\n");
        File.Move(aside, Offset, overwrite: true);
    }

    public void Dispose() => _folder.Dispose();
}
