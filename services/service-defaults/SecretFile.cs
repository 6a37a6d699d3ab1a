using System.Runtime.InteropServices;
using System.Text;

namespace Consent.ServiceDefaults;

/// <summary>
/// A small secret in a file that only its owner may read. Made whole or not at all, and by one process only: written aside, on
/// disk, then given its name by a link, which fails when the name is taken. (Creating in place could leave half a key; a rename
/// could replace one that is in use already.)
/// </summary>
public static class SecretFile
{
    /// <summary>Makes the file; when another process was first, its content is the content.</summary>
    public static void CreateOnce(string file, string ascii)
    {
        var aside = $"{file}.{Contracts.RandomId.New()}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(aside, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(ascii + "\n"));
            stream.Flush(flushToDisk: true);
        }
        try
        {
            GiveName(aside, file);
        }
        finally
        {
            File.Delete(aside);
        }
        // Once more, so that the name too is on disk before the first use is: the journal carries both.
        using var named = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        named.Flush(flushToDisk: true);
    }

    private static void GiveName(string aside, string file)
    {
        try
        {
            if (OperatingSystem.IsWindows()) File.Move(aside, file, overwrite: false);
            else if (Link(aside, file) != 0) throw new IOException($"{Path.GetFileName(file)} could not be made: error {Marshal.GetLastPInvokeError()} of link(2).");
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another process was first; what it wrote is what holds.
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}
