using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>
/// That the folder of kept checkpoints is this service's, as long as it signs: <c>{hash}.using</c> there, locked by all its replicas, the hash made under the secret that they share. A service over
/// other data that was given the folder too, as by a wrong mount, finds that lock and signs nothing: each would take the other's checkpoints for its own history. Safe for many threads.
/// </summary>
internal sealed class UsedFolder(IRecordLog log, LogSettings settings) : IDisposable
{
    private const string Ending = ".using";
    private readonly Lock _gate = new();
    private FileStream? _mine;

    /// <summary>Null, or why nothing may be signed, with what to do. To be asked before each signature; once the folder is this service's, it stays so.</summary>
    public string? Fault()
    {
        lock (_gate)
        {
            // Before there is one nobody uses it.
            if (_mine is not null || !Directory.Exists(settings.Checkpoints)) return null;
            FileStream? mine = null;
            try
            {
                var name = $"{log.KeyOf("kept checkpoints")}{Ending}";
                // Mine first: of two that begin at once each finds the other, and at the next round one is first.
                mine = new FileStream(Path.Combine(settings.Checkpoints, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
                if (Directory.EnumerateFiles(settings.Checkpoints, $"*{Ending}").Where(file => Path.GetFileName(file) != name).FirstOrDefault(IsLocked) is not null)
                    return "another service, over other data, keeps its checkpoints in this folder: set Audit:Checkpoints of one of them to a folder of its own";
                (_mine, mine) = (mine, null);
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return $"the folder of kept checkpoints cannot be used ({e.GetType().Name}): set Audit:Checkpoints to a folder that can be written";
            }
            finally
            {
                mine?.Dispose();
            }
        }
    }

    public void Dispose() => _mine?.Dispose();

    private static bool IsLocked(string file)
    {
        try
        {
            using var probe = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
