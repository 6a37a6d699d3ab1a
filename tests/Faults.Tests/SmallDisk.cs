using System.Diagnostics;

namespace Consent.Faults.Tests;

/// <summary>A folder on a file system of its own (tmpfs) that can be filled to the last byte. Needs root.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private string? _folder;

    private string Filler => Path.Combine(_folder!, "filler");

    public async Task MountAsync(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=512m", "tmpfs", _folder);
    }

    public async Task FillAsync()
    {
        await using var stream = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { 1 << 20, 4096 })
        {
            try
            {
                while (true) await stream.WriteAsync(new byte[size]);
            }
            catch (IOException)
            {
                // Full, but for what a smaller piece may still take.
            }
        }
    }

    public void MakeRoom() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null) await RunAsync("umount", "-l", _folder);
    }

    private static async Task RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
