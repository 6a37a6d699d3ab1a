namespace Consent.Host;

/// <summary>A data folder that belongs to this process alone; the lock goes with the process, however it ends.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(FileStream locked) => _lock = locked;

    /// <summary>Throws <see cref="CannotStartException"/> when another host has the folder, or when it cannot be written to.</summary>
    public static DataFolder Take(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException($"The data folder {path} cannot be made: give another one with --data, or in a container with the setting Data.");
        }
        try
        {
            return new DataFolder(new FileStream(Path.Combine(path, "host.lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
        }
        catch (UnauthorizedAccessException)
        {
            throw new CannotStartException($"The data folder {path} cannot be written to: give another one with --data, or in a container with the setting Data.");
        }
        catch (IOException)
        {
            throw new CannotStartException($"Another host runs on the data folder {path}: stop it, or give another folder with --data, or in a container with the setting Data.");
        }
    }

    public void Dispose() => _lock.Dispose();
}

/// <summary>The message is one sentence for the person who started the host.</summary>
internal sealed class CannotStartException(string message) : Exception(message);
