using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: InternalsVisibleTo("Consent.VerifiableLog.Tests")]

namespace Consent.VerifiableLog;

/// <summary>Each step by which a log comes to lie on a disk: so that a test can fail any of them.</summary>
internal interface ILogDisk
{
    void CreateFolder(string folder);

    /// <summary>Makes a new file with these bytes, which are on the disk when it returns; its name need not be.</summary>
    void Write(string file, ReadOnlySpan<byte> bytes);

    /// <summary>In place of a file of that name, if there is one.</summary>
    void Rename(string from, string to);

    /// <summary>When it returns, the names in the folder are on the disk.</summary>
    void SyncFolder(string folder);

    void Delete(string file);

    void DeleteFolder(string folder);
}

/// <summary>The disk itself. Throws <see cref="IOException"/> when a step fails.</summary>
internal sealed partial class LogDisk : ILogDisk
{
    public void CreateFolder(string folder) => Directory.CreateDirectory(folder);

    public void Write(string file, ReadOnlySpan<byte> bytes)
    {
        // Not written over: after a loss of power the name may stand for a file that has its final name already.
        File.Delete(file);
        using var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        RandomAccess.Write(handle, bytes, 0);
        RandomAccess.FlushToDisk(handle);
    }

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>On Windows a folder cannot be synchronised, and its journal keeps the order.</summary>
    public void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0) throw Failed("open", folder);
        try
        {
            if (Sync(descriptor) != 0) throw Failed("fsync", folder);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    public void Delete(string file) => File.Delete(file);

    public void DeleteFolder(string folder) => Directory.Delete(folder, recursive: true);

    private static IOException Failed(string call, string folder) => new($"The folder {folder} could not be synchronised: error {Marshal.GetLastPInvokeError()} of {call}(2).");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
