using System.Collections.Concurrent;
using System.Globalization;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>With which keys the checkpoints of a log are signed: files of ours, or a key vault.</summary>
internal interface ILogSigners
{
    /// <summary>The keys in use, Ed25519 first where there is one. Made at first need. Throws <see cref="IOException"/> or <see cref="FormatException"/> where one cannot be had.</summary>
    /// <param name="origin">Their name.</param>
    IReadOnlyList<INoteSigner> Of(string log, string origin);

    /// <summary>Whether any key was ever made for the log.</summary>
    bool HasAny(string log);
}

/// <summary>
/// Private keys in files <c>log-{log}.{algorithm}.{version}.key</c>, of each algorithm versions 1, 2, 3 …: the newest signs. None is ever removed. Several processes
/// may share the folder; keep it out of the backups of the data.
/// </summary>
internal sealed class LogKeys(LogSettings settings) : ILogSigners, IDisposable
{
    private readonly ConcurrentDictionary<string, INoteSigner> _opened = new(StringComparer.Ordinal);

    private static IEnumerable<(string Name, Func<string, string> Make)> Algorithms =>
        Ed25519NoteSigner.IsAvailable ? [("ed25519", NoteKeyFile.NewEd25519), ("ecdsa", NoteKeyFile.NewEcdsa)] : [("ecdsa", NoteKeyFile.NewEcdsa)];

    public IReadOnlyList<INoteSigner> Of(string log, string origin) => [.. Algorithms.Select(a => Open(FileOf(log, a.Name, Math.Max(1, Newest(log, a.Name))), () => a.Make(origin)))];

    public bool HasAny(string log) => File.Exists(FileOf(log, "ecdsa", 1)) || File.Exists(FileOf(log, "ed25519", 1));

    /// <summary>Makes a next version of each key, which signs from the next checkpoint on and is announced in the log with it.</summary>
    public void Succeed(string log, string origin)
    {
        foreach (var (name, make) in Algorithms) Open(FileOf(log, name, Newest(log, name) + 1), () => make(origin));
    }

    public void Dispose()
    {
        foreach (var signer in _opened.Values.OfType<IDisposable>()) signer.Dispose();
    }

    private int Newest(string log, string algorithm)
    {
        var version = 0;
        while (File.Exists(FileOf(log, algorithm, version + 1))) version++;
        return version;
    }

    private INoteSigner Open(string file, Func<string> make) => _opened.GetOrAdd(file, f => NoteKeyFile.OpenOrMake(f, make));

    private string FileOf(string log, string algorithm, int version) => Path.Combine(settings.Keys, string.Create(CultureInfo.InvariantCulture, $"log-{log}.{algorithm}.{version}.key"));
}
