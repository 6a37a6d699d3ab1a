namespace Consent.Storage;

/// <summary>Files of keys: readable by their owner only.</summary>
internal static class PrivateFile
{
    public static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    /// <summary>
    /// The right to write to the key file, for as long as it is not disposed of or the process lives: <c>subject.lock</c> beside it. Two processes would hand out the same slots, to two persons.
    /// Throws <see cref="IOException"/> while another has it.
    /// </summary>
    public static FileStream Lock(string path)
    {
        var options = Options(FileMode.OpenOrCreate);
        options.Share = FileShare.None;
        try
        {
            return new FileStream(Path.ChangeExtension(path, ".lock"), options);
        }
        catch (IOException e)
        {
            throw new IOException(
                $"The keys in {Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)))} are in use by another process: stop it, or give this one a data folder and keys of its own.", e);
        }
    }
}
