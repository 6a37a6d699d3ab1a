using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Consent.Storage;

/// <summary>
/// The key of each controller, under which the keys of its persons lie (<see cref="ControllerKey"/>), and one of the service for what names no controller.
/// Made at first need, unwrapped once and then held in memory; replicas that share the folder share the keys. What is not here is never taken for
/// destroyed: a living record that looked erased would hide a "no".
/// </summary>
internal sealed class ControllerKeys : IDisposable
{
    /// <summary>In the place of a controller's id.</summary>
    public const string OfTheService = "";

    /// <summary>Milliseconds after which it is looked whether another process has destroyed one.</summary>
    private const long LookEvery = 3000;
    private readonly ConcurrentDictionary<int, Held> _held = new();
    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly ControllerKeyFolder _folder;
    private readonly IKeyWrapper _wrapper;
    private long _lookedAt = Environment.TickCount64;

    private ControllerKeys(string folder, IKeyWrapper wrapper) => (_folder, _wrapper) = (new ControllerKeyFolder(folder), wrapper);

    /// <summary>How many numbers were ever given out, as far as is known here.</summary>
    public int Count => _held.Count;

    public static ControllerKeys Open(string folder, IKeyWrapper wrapper) => Task.Run(() => OpenAsync(folder, wrapper)).GetAwaiter().GetResult();

    /// <summary>
    /// Unwraps all that there are. Throws <see cref="LogUnavailableException"/> while the keeper of the wrapping key is out of reach, and
    /// <see cref="IOException"/>, which says what to put back, when one is missing, damaged, or wrapped under another key.
    /// </summary>
    public static async Task<ControllerKeys> OpenAsync(string folder, IKeyWrapper wrapper)
    {
        var keys = new ControllerKeys(folder, wrapper);
        try
        {
            await keys.LoadAsync();
            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>The newest key of the controller, durable before it is given. Throws <see cref="LogUnavailableException"/> when one is to be made and the keeper is out of reach.</summary>
    /// <param name="controller">Its id; null for the key of the service.</param>
    public ValueTask<ControllerKey> OfAsync(string? controller) => NewestOf(controller ?? OfTheService) is { } newest ? new(newest) : new(MakeAsync(controller ?? OfTheService));

    /// <summary>Null when it was destroyed. Throws <see cref="LogUnavailableException"/> when it is not here.</summary>
    public ControllerKey? Find(int number, int version)
    {
        if (!_held.TryGetValue(number, out var held)) throw NotHere(number, version);
        if (held.Controller is null) return null;
        return version >= 1 && version <= held.Versions.Length ? held.Versions[version - 1] : throw NotHere(number, version);
    }

    /// <summary>Null when it was destroyed, or is not here.</summary>
    public ControllerKey? Newest(int number) => _held.TryGetValue(number, out var held) && held.Versions is [.., var newest] ? newest : null;

    /// <summary>Whose key it is; a key that lies there in clear, as all once did, counts as the service's. Null when it was destroyed.</summary>
    public string? ControllerOf(int number) => number == 0 ? OfTheService : _held.GetValueOrDefault(number)?.Controller;

    /// <summary>Throws <see cref="IOException"/>, which says what to put back, when one of these is not here: its number would be given out again.</summary>
    public void Require(IEnumerable<(int Number, int Version)> used)
    {
        foreach (var one in used)
            if (!IsKnown(one)) throw new IOException(NotHere(one.Number, one.Version).Message);
    }

    /// <summary>These will be asked for in a moment: reads those that another process has made since, and every few seconds what one has destroyed.</summary>
    public async ValueTask ExpectAsync(IReadOnlyCollection<(int Number, int Version)> wanted)
    {
        LookForDestroyed();
        if (wanted.All(IsKnown)) return;
        await AloneAsync(async () =>
        {
            if (!wanted.All(IsKnown)) await LoadAsync();
            return true;
        });
    }

    /// <summary>Adds a version to each controller's key; what lies under an older one is put under it by whoever keeps it, beginning at his next start.</summary>
    /// <returns>How many.</returns>
    public Task<int> SucceedAsync() => AloneAsync(async () =>
    {
        await LoadAsync();
        var living = _held.Values.Where(held => held.Controller is not null).ToList();
        foreach (var held in living) await CreateAsync(held.Versions[0].Number, held.Versions.Length + 1, held.Controller!);
        await LoadAsync();
        return living.Count;
    });

    /// <summary>Wraps under the newest wrapping key what lies under an older one. No slot is touched; a crash leaves each under the one or the other.</summary>
    /// <returns>How many.</returns>
    public Task<int> RewrapAsync() => AloneAsync(async () =>
    {
        using var alone = _folder.Lock();
        var (newest, versions, done) = (await _wrapper.NewestAsync(), _folder.Versions(), 0);
        for (var number = 1; number <= versions.Count; number++)
        {
            for (var version = 1; version <= versions[number - 1] && !_folder.IsDestroyed(number); version++)
            {
                if (_folder.Read(number, version) is not { } file || file.Wrapped.By == newest) continue;
                var key = await UnwrapAsync(number, version, file);
                _folder.Replace(number, version, file with { Wrapped = await _wrapper.WrapAsync(key.Key) });
                done++;
            }
        }

        return done;
    });

    /// <summary>
    /// Destroys every version of the controller's key: all that was written under it is unreadable for good, wherever a copy of it or of its persons' keys
    /// lies, but for copies of this folder. Durable on return; other processes notice within seconds. What the controller writes afterwards is under another key.
    /// </summary>
    /// <returns>False when it has none.</returns>
    public Task<bool> DestroyAsync(string controller)
    {
        ArgumentException.ThrowIfNullOrEmpty(controller);
        return AloneAsync(async () =>
        {
            using var alone = _folder.Lock();
            await LoadAsync();
            if (!_numbers.TryGetValue(controller, out var number)) return false;
            _folder.Destroy(number);
            Forget(number);
            return true;
        });
    }

    public void Dispose() => _one.Dispose();

    private Task<ControllerKey> MakeAsync(string controller) => AloneAsync(async () =>
    {
        try
        {
            while (true)
            {
                if (NewestOf(controller) is { } newest) return newest;
                await LoadAsync();
                if (NewestOf(controller) is { } found) return found;
                // Whoever wins this number had seen all before it: so no controller gets two.
                await CreateAsync(Count + 1, 1, controller);
                await LoadAsync();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LogUnavailableException("No key could be made for the controller.", e);
        }
    });

    private async Task CreateAsync(int number, int version, string controller)
    {
        var key = new ControllerKey(number, version, RandomNumberGenerator.GetBytes(ControllerKey.Bytes));
        _folder.Create(number, version, new ControllerKeyFile(controller, await _wrapper.WrapAsync(key.Key), key.CheckFor(controller)));
    }

    /// <summary>Reads what is on disk and not here. What was just made too is used only after it was unwrapped again.</summary>
    private async Task LoadAsync()
    {
        var versions = _folder.Versions();
        var fresh = new List<(int Number, int Version, ControllerKeyFile File)>();
        for (var number = 1; number <= versions.Count; number++)
        {
            for (var version = 1 + (_held.TryGetValue(number, out var held) ? held.Versions.Length : 0); version <= versions[number - 1] && !_folder.IsDestroyed(number); version++)
            {
                if (_folder.Read(number, version) is { } file) fresh.Add((number, version, file));
                else if (!_folder.IsDestroyed(number)) throw _folder.Missing(number, version);
            }

            if (_folder.IsDestroyed(number)) Forget(number);
        }

        var opened = await Task.WhenAll(fresh.Select(one => UnwrapAsync(one.Number, one.Version, one.File)));
        foreach (var (one, key) in fresh.Zip(opened))
        {
            // Of one that was destroyed just now, the mark stays.
            if (_held.TryGetValue(one.Number, out var held) && held.Controller is null) continue;
            _held[one.Number] = new Held(one.File.Controller, [.. held?.Versions ?? [], key]);
            _numbers[one.File.Controller] = one.Number;
        }
    }

    private async Task<ControllerKey> UnwrapAsync(int number, int version, ControllerKeyFile file)
    {
        CryptographicException? refused = null;
        try
        {
            var key = new ControllerKey(number, version, await _wrapper.UnwrapAsync(file.Wrapped));
            if (key.Key.Length == ControllerKey.Bytes && CryptographicOperations.FixedTimeEquals(key.CheckFor(file.Controller), file.Check)) return key;
        }
        catch (CryptographicException e)
        {
            refused = e;
        }

        var by = file.Wrapped.By;
        throw new IOException(
            $"The key of a controller in controllers/{number}.{version}.key does not open under the wrapping key '{by.Name}', version {by.Version}. Put that wrapping key back "
            + $"(a file key: wrapping.{by.Version}.key into the folder of keys, from its own backup; another: let this process use the key vault that wrapped it).", refused);
    }

    private async Task<T> AloneAsync<T>(Func<Task<T>> work)
    {
        await _one.WaitAsync();
        try
        {
            return await work();
        }
        finally
        {
            _one.Release();
        }
    }

    private void LookForDestroyed()
    {
        var now = Environment.TickCount64;
        if (now - Interlocked.Read(ref _lookedAt) < LookEvery) return;
        Interlocked.Exchange(ref _lookedAt, now);
        foreach (var number in _folder.Destroyed()) Forget(number);
    }

    private void Forget(int number)
    {
        if (_held.TryGetValue(number, out var held) && held.Controller is null) return;
        _folder.Empty(number);
        _held[number] = Held.Nothing;
        if (held?.Controller is { } controller) _numbers.TryRemove(new KeyValuePair<string, int>(controller, number));
    }

    private ControllerKey? NewestOf(string controller) => _numbers.TryGetValue(controller, out var number) ? Newest(number) : null;

    private bool IsKnown((int Number, int Version) one) =>
        one.Number == 0 || (_held.TryGetValue(one.Number, out var held) && (held.Controller is null || one.Version <= held.Versions.Length));

    private static LogUnavailableException NotHere(int number, int version) =>
        new($"Version {version} of the key of controller number {number} is not in the folder of keys. Put controllers/{number}.{version}.key back from its own backup.");

    /// <param name="Controller">Null of one that was destroyed.</param>
    private sealed record Held(string? Controller, ControllerKey[] Versions)
    {
        public static Held Nothing { get; } = new(null, []);
    }
}
