using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>With which keys the checkpoints of a log are signed: files of ours, or a key vault. Which of them sign is decided by <see cref="LogSigning"/>. Safe for many threads.</summary>
internal interface ILogSigners
{
    /// <summary>Those that keys can be had of here, Ed25519 first where there is one.</summary>
    IReadOnlyList<NoteKeyType> Algorithms { get; }

    /// <summary>What an operator is to know of keys though checkpoints are signed. For any thread.</summary>
    IEnumerable<string> Warnings { get; }

    /// <summary>
    /// All keys of the log whose private half is here; of each algorithm from the oldest to the newest. Makes none. One that cannot be used is left out, and told in
    /// <see cref="Warnings"/>; where there are some and none can be used, it throws <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/>, <see cref="FormatException"/> or
    /// <see cref="CryptographicException"/>. Whether the one in force is among them, <see cref="LogSigning"/> says.
    /// </summary>
    /// <param name="afresh">Nothing is remembered: one may have been put back.</param>
    IReadOnlyList<INoteSigner> Held(string log, bool afresh = false);

    /// <summary>Makes a first key of the algorithm. Throws as above.</summary>
    /// <param name="name">Of the key: the log's origin.</param>
    INoteSigner Make(string log, NoteKeyType algorithm, string name);

    /// <summary>What <see cref="LogSigning.Lack"/> says of the log now, to be told in <see cref="Warnings"/>; null for nothing.</summary>
    void Tell(string log, string? lack);
}

/// <summary>
/// Private keys in files <c>log-{log}.{algorithm}.{version}.key</c> (<see cref="NoteKeyFolder"/>). None is ever removed, and a next version is made by the operator alone, with the
/// command line: it is found at the next look. Several processes may share the folder; keep it out of the backups of the data.
/// </summary>
internal sealed class LogKeys(LogSettings settings) : ILogSigners, IDisposable
{
    private readonly ConcurrentDictionary<(string Log, NoteKeyType Algorithm), ImmutableList<(int Version, INoteSigner Signer)>> _held = new();
    private readonly ConcurrentDictionary<(string Log, NoteKeyType Algorithm), string> _unread = new();
    private readonly ConcurrentDictionary<string, string> _lacks = new(StringComparer.Ordinal);

    public IEnumerable<string> Warnings => [.. _unread.Values, .. _lacks.Values];

    public IReadOnlyList<NoteKeyType> Algorithms => NoteKeyFolder.Algorithms;

    public IReadOnlyList<INoteSigner> Held(string log, bool afresh = false)
    {
        var (held, faults) = (new List<INoteSigner>(), new List<Exception>());
        // A new pair has one number, which is above those of all algorithms.
        var most = Algorithms.Max(algorithm => _held.TryGetValue((log, algorithm), out var known) && known is [.., var last] ? last.Version : 0);
        foreach (var algorithm in Algorithms) held.AddRange(Held(log, algorithm, afresh, most, faults).Select(key => key.Signer));
        if (held.Count == 0 && faults is [var fault, ..]) ExceptionDispatchInfo.Throw(fault);
        return held;
    }

    public INoteSigner Make(string log, NoteKeyType algorithm, string name) => FolderOf(log).Make(algorithm, 1, name);

    public void Tell(string log, string? lack)
    {
        if (lack is null) _lacks.TryRemove(log, out _);
        else _lacks[log] = lack;
    }

    public void Dispose()
    {
        foreach (var signer in _held.Values.SelectMany(held => held).Select(key => key.Signer).OfType<IDisposable>()) signer.Dispose();
    }

    private ImmutableList<(int Version, INoteSigner Signer)> Held(string log, NoteKeyType algorithm, bool afresh, int most, List<Exception> faults)
    {
        var folder = FolderOf(log);
        var known = !afresh && _held.TryGetValue((log, algorithm), out var before) ? before : [];
        // The folder is listed at first, and as long as something is amiss; otherwise a successor is looked for by its number.
        var more = known is [.., var last] && !_unread.ContainsKey((log, algorithm))
            ? Enumerable.Range(last.Version + 1, Math.Max(most - last.Version, 0) + 1).Where(version => folder.Has(algorithm, version))
            : folder.Versions(algorithm).Where(version => !known.Exists(key => key.Version == version));
        var (held, unread) = (known, (string?)null);
        foreach (var version in more)
        {
            try
            {
                held = held.Add((version, folder.Open(algorithm, version)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
            {
                faults.Add(e);
                var which = string.Create(CultureInfo.InvariantCulture, $"version {version} of the {algorithm} key of the log {log}");
                unread = $"{which} cannot be read ({e.GetType().Name}), and does not sign: let the service's user read its file in keys/audit, or put it back from its own backup";
            }
        }

        if (unread is null) _unread.TryRemove((log, algorithm), out _);
        else _unread[(log, algorithm)] = unread;
        if (held.Count > known.Count) _held[(log, algorithm)] = held = held.Sort(static (one, other) => one.Version.CompareTo(other.Version));
        return held;
    }

    private NoteKeyFolder FolderOf(string log) => new(settings.Keys, $"log-{log}");
}
