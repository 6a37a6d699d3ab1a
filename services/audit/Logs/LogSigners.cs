using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
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
    /// All keys of the log whose private half is here; of each algorithm from the oldest to the newest. Makes none. Throws <see cref="IOException"/>, <see cref="FormatException"/>
    /// or <see cref="CryptographicException"/> where the first cannot be used; a later one that cannot be is left out
    /// with those behind it, and told in <see cref="Warnings"/>. Whether the one in force is among them, <see cref="LogSigning"/> says.
    /// </summary>
    /// <param name="afresh">Nothing is remembered: one may have been put back.</param>
    IReadOnlyList<INoteSigner> Held(string log, bool afresh = false);

    /// <summary>Makes a first key of the algorithm. Throws as above.</summary>
    /// <param name="name">Of the key: the log's origin.</param>
    INoteSigner Make(string log, NoteKeyType algorithm, string name);
}

/// <summary>
/// Private keys in files <c>log-{log}.{algorithm}.{version}.key</c> (<see cref="NoteKeyFolder"/>). None is ever removed, and a next version is made by the operator alone, with the
/// command line: it is found at the next look. Several processes may share the folder; keep it out of the backups of the data.
/// </summary>
internal sealed class LogKeys(LogSettings settings) : ILogSigners, IDisposable
{
    private readonly ConcurrentDictionary<(string Log, NoteKeyType Algorithm), ImmutableList<(int Version, INoteSigner Signer)>> _held = new();
    private readonly ConcurrentDictionary<(string Log, NoteKeyType Algorithm), string> _unread = new();

    public IEnumerable<string> Warnings => _unread.Values;

    public IReadOnlyList<NoteKeyType> Algorithms => NoteKeyFolder.Algorithms;

    public IReadOnlyList<INoteSigner> Held(string log, bool afresh = false) => [.. Algorithms.SelectMany(algorithm => Held(log, algorithm, afresh)).Select(key => key.Signer)];

    public INoteSigner Make(string log, NoteKeyType algorithm, string name) => FolderOf(log).Make(algorithm, 1, name);

    public void Dispose()
    {
        foreach (var signer in _held.Values.SelectMany(held => held).Select(key => key.Signer).OfType<IDisposable>()) signer.Dispose();
    }

    private ImmutableList<(int Version, INoteSigner Signer)> Held(string log, NoteKeyType algorithm, bool afresh)
    {
        var folder = FolderOf(log);
        var known = !afresh && _held.TryGetValue((log, algorithm), out var before) ? before : [];
        // The folder is listed once; a successor has the next number.
        var more = known is [.., var last] ? Enumerable.Range(last.Version + 1, folder.Has(algorithm, last.Version + 1) ? 1 : 0) : folder.Versions(algorithm);
        var (held, unread) = (known, (string?)null);
        foreach (var version in more)
        {
            try
            {
                held = held.Add((version, folder.Open(algorithm, version)));
            }
            catch (Exception e) when (held.Count > 0 && (e is IOException or UnauthorizedAccessException or FormatException or CryptographicException))
            {
                var which = string.Create(CultureInfo.InvariantCulture, $"version {version} of the {algorithm} key of the log {log}");
                unread = $"{which} cannot be read ({e.GetType().Name}), and does not sign: let the service's user read its file in keys/audit, or put it back from its own backup";
                break;
            }
        }

        if (unread is null) _unread.TryRemove((log, algorithm), out _);
        else _unread[(log, algorithm)] = unread;
        if (held.Count > known.Count) _held[(log, algorithm)] = held;
        return held;
    }

    private NoteKeyFolder FolderOf(string log) => new(settings.Keys, $"log-{log}");
}
