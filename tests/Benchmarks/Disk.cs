using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Consent.Benchmarks;

/// <summary>How long this disk takes to make 64 KiB durable, by the means of a database: a write and an fsync. Nothing answers faster.</summary>
internal static class Disk
{
    public static (TimeSpan Median, TimeSpan P99) Fsync()
    {
        var file = Path.GetTempFileName();
        var times = new List<TimeSpan>();
        using (SafeFileHandle handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write))
        {
            for (var i = 0; i < 500; i++)
            {
                var began = Stopwatch.GetTimestamp();
                RandomAccess.Write(handle, new byte[65536], i * 65536L);
                RandomAccess.FlushToDisk(handle);
                times.Add(Stopwatch.GetElapsedTime(began));
            }
        }

        File.Delete(file);
        times.Sort();
        return (times[250], times[495]);
    }
}
