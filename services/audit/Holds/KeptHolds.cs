using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.Audit.Holds;

/// <summary>
/// The acts of all journals a second time, outside of the data, so that a restore of audit's log does not lose them: a file for each in the folder <c>holds</c> of the kept checkpoints. It is sealed
/// (AES-256-GCM) under a key that follows from the secret of audit's log, which is in no backup of the data, and its name is a keyed hash. Written aside, flushed and moved into its place: it is
/// whole, or not there. Whom an act concerns stands in it while that is in force, and no longer. Throws <see cref="HoldsNotKeptException"/>. Safe for many threads and for replicas that share the folder.
/// </summary>
public sealed class KeptHolds(string checkpoints, IRecordLog log)
{
    private const string Ending = ".hold";
    private const string Torn = ".new";
    private const string OneAtATime = "lock";
    private const int MostTries = 500;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly Lock _gate = new();
    private readonly string _folder = Path.Combine(checkpoints, "holds");
    private readonly byte[] _key = SecretOf(log);

    /// <summary>In the place of what was kept of the act; on the disk when it returns.</summary>
    internal void Keep(KeptAct act) => Try(() =>
    {
        Directory.CreateDirectory(_folder);
        var file = FileOf(act.Kind, act.Act.Id);
        var aside = $"{file}.{RandomId.New()}{Torn}";
        try
        {
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(Close(act, file));
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, file, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }

        // Once more, so that the name too is on disk: the journal carries both.
        using var named = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        named.Flush(flushToDisk: true);
        return true;
    });

    /// <summary>Takes the person, or everybody, out of what is kept of the act; nothing, where that names nobody or is not there.</summary>
    internal void Unname(string kind, string id, string? person = null)
    {
        var file = FileOf(kind, id);
        // Else of two who are erased at once, one would be written back.
        lock (_gate)
        {
            using var alone = Try(() => log.IsShared && File.Exists(file) ? LockOut() : null);
            if (Try(() => File.Exists(file) ? Open(file) : null) is not { Act.Persons: { } named } kept) return;
            string[] left = person is null ? [] : [.. named.Where(p => p != person)];
            if (left.Length < named.Count) Keep(kept with { Act = kept.Act with { Persons = left.Length == 0 ? null : left } });
        }
    }

    /// <summary>Of an act that did not come about.</summary>
    internal void Forget(string kind, string id) => Try(() =>
    {
        var file = FileOf(kind, id);
        if (File.Exists(file)) File.Delete(file);
        return true;
    });

    /// <summary>All that is kept, in no order. What a crash left half written was promised to nobody, and goes, where no replica may be writing it.</summary>
    internal IReadOnlyList<KeptAct> Read() => Try<IReadOnlyList<KeptAct>>(() =>
    {
        if (!Directory.Exists(_folder)) return [];
        if (!log.IsShared)
        {
            foreach (var torn in Directory.GetFiles(_folder, $"*{Torn}")) File.Delete(torn);
        }

        return [.. Directory.GetFiles(_folder, $"*{Ending}").Select(Open)];
    });

    /// <summary>The replicas that share the folder, for as long as it is held. Throws <see cref="IOException"/> when another has it for ten seconds.</summary>
    private FileStream LockOut()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream(Path.Combine(_folder, OneAtATime), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (tries < MostTries)
            {
                Thread.Sleep(Pause);
            }
        }
    }

    private KeptAct Open(string file)
    {
        var closed = File.ReadAllBytes(file);
        try
        {
            if (closed.Length < NonceBytes + TagBytes) throw new AuthenticationTagMismatchException("A kept hold is cut short.");
            var plain = new byte[closed.Length - NonceBytes - TagBytes];
            using var gcm = new AesGcm(_key, TagBytes);
            gcm.Decrypt(closed.AsSpan(0, NonceBytes), closed.AsSpan(NonceBytes, plain.Length), closed.AsSpan(NonceBytes + plain.Length), plain, NameOf(file));
            return ContractJson.Read<KeptAct>(plain);
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            throw new HoldsNotKeptException(
                $"The file {file}, of a hold, restriction or waiting erasure, does not open with the keys that are here: put back the keys of audit, or that file from a copy; where these data have nothing to do with it, move the folder {_folder} away.", e);
        }
    }

    private byte[] Close(KeptAct act, string file)
    {
        var plain = ContractJson.Write(act);
        var closed = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(closed.AsSpan(0, NonceBytes));
        using var gcm = new AesGcm(_key, TagBytes);
        gcm.Encrypt(closed.AsSpan(0, NonceBytes), plain, closed.AsSpan(NonceBytes, plain.Length), closed.AsSpan(NonceBytes + plain.Length), NameOf(file));
        return closed;
    }

    private string FileOf(string kind, string id) => Path.Combine(_folder, $"{log.KeyOf($"kept-holds/{KeptAct.KeyOf(kind, id)}")}{Ending}");

    private static byte[] NameOf(string file) => Encoding.UTF8.GetBytes(Path.GetFileName(file));

    /// <summary>From keyed hashes of names that no stream has: 320 bits that the log's secret alone gives.</summary>
    private static byte[] SecretOf(IRecordLog log)
    {
        byte[] hashes = [.. Enumerable.Range(1, 4).SelectMany(part => log.KeyOf($"kept-holds-key/{part}").ToArray())];
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, hashes, 32, info: Encoding.ASCII.GetBytes("consent/kept-holds/1"));
    }

    private T Try<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoldsNotKeptException($"Holds cannot be kept in {_folder} ({e.GetType().Name}): set Audit:Checkpoints to a folder outside of the data that can be written.", e);
        }
    }
}

/// <summary>An act as it is kept outside of the data: one that ends another, or has ended, names no person.</summary>
internal sealed record KeptAct(string Kind, HoldAct Act)
{
    public static string KeyOf(string kind, string id) => $"{kind}/{id}";
}

/// <summary>What was to be kept outside of the data is not, or what is kept there cannot be read: nothing of it holds, and nothing is erased for it.</summary>
internal sealed class HoldsNotKeptException(string message, Exception inner) : Exception(message, inner), IUnavailable;
