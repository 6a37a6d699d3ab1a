using System.Globalization;

namespace Consent.Audit.Logs;

/// <summary>
/// A folder that this process alone writes to, as long as it lives: the one asked for, or, where another replica has that, one beside it. What it holds can be made anew.
/// </summary>
internal sealed class OwnFolder : IDisposable
{
    private const string Lock = "lock";
    private const int MostReplicas = 100;
    private readonly string _folder;
    private readonly FileStream _lock;

    private OwnFolder(string folder, FileStream held) => (_folder, _lock) = (folder, held);

    /// <summary>Throws <see cref="IOException"/>.</summary>
    public static OwnFolder Take(string folder)
    {
        for (var i = 1; ; i++)
        {
            var mine = i == 1 ? folder : string.Create(CultureInfo.InvariantCulture, $"{folder}.{i}");
            Directory.CreateDirectory(mine);
            try
            {
                return new OwnFolder(mine, new FileStream(Path.Combine(mine, Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (i < MostReplicas)
            {
                // Another replica has it.
            }
        }
    }

    public string File(string name) => Path.Combine(_folder, name);

    /// <summary>Everything but the right to it.</summary>
    public void Empty()
    {
        foreach (var sub in Directory.GetDirectories(_folder)) Directory.Delete(sub, recursive: true);
        foreach (var file in Directory.GetFiles(_folder).Where(f => Path.GetFileName(f) != Lock)) System.IO.File.Delete(file);
    }

    public void Dispose() => _lock.Dispose();
}
