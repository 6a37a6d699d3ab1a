using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary><c>audit log-key --rotate</c>: new keys sign the checkpoints of a log from its next one on, which the old keys sign too, for the last time.</summary>
internal static partial class RotateLogKey
{
    public static Command Command()
    {
        var log = new Option<string>("--log") { Description = "Name of the log, as in /log/{name}: its controller's id, with the suffix where there is one.", Required = true };
        log.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<string>() is not { } name || !Name().IsMatch(name)) given.AddError("--log is the name of a log, such as weefgoed.");
        });
        var rotate = new Option<bool>("--rotate")
        {
            Description = "Makes the next key of each algorithm, also of one whose key is lost or cannot be read, as long as the other's is here. Without it, the keys that are there are told.",
        };
        var data = new Option<string>("--data")
        {
            Description = "The data folder, or in a cluster the volume of the audit service.",
            DefaultValueFactory = _ => MakeToken.DefaultData,
        };
        var json = new Option<bool>("--json") { Description = "Answers as JSON." };
        var command = new Command(
            "log-key",
            "The keys that sign the checkpoints of a verifiable log. New ones are found by the running service at its next round, which announces them in the log under a checkpoint that the old "
            + "keys sign too: whoever trusts those goes on without doing anything. The old ones stay in the list of keys for ever, with the size at which they ended. Copy the folder keys to its own backup afterwards.")
        {
            log, rotate, data, json,
        };
        command.SetAction(parsed => Run(Path.GetFullPath(parsed.GetValue(data)!), parsed.GetValue(log)!, parsed.GetValue(rotate), parsed.GetValue(json)));
        return new Command("audit", "The verifiable logs, for their operator.") { command };
    }

    private static int Run(string data, string log, bool rotate, bool json)
    {
        var keys = new NoteKeyFolder(Path.Combine(data, "keys", "audit"), $"log-{log}");
        try
        {
            var there = NoteKeyFolder.Algorithms.Select(algorithm => (Algorithm: algorithm, Version: keys.Versions(algorithm) is [.., var newest] ? newest : 0)).ToList();
            if (there.TrueForAll(one => one.Version == 0))
                return Refuse($"There is no key of a log {log} in {data}. Name with --data the folder that the audit service runs on, and with --log one of its logs.");
            var (current, unread) = Read(keys, there);
            foreach (var says in unread) Console.Error.WriteLine(says);
            // Nobody would vouch for what is new.
            if (current is not [var (_, _, known), ..]) return Refuse($"No key of the log {log} can be read: put them back from their own backup, and let the service's user read them.");
            // One number for all, above what was ever there: a file that was lost may be put back, and is never taken for another.
            var next = there.Max(one => one.Version) + 1;
            if (rotate) current = [.. there.Select(one => (one.Algorithm, next, keys.Make(one.Algorithm, next, known.Name).Key))];
            Tell(current, rotate, json);
            return rotate || unread.Count == 0 ? ExitCode.Done : ExitCode.Refused;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            return Refuse(e.Message);
        }
    }

    /// <summary>The newest key of each algorithm, and a sentence about each that cannot be read.</summary>
    private static (List<(NoteKeyType Algorithm, int Version, NoteVerifierKey Key)> Current, List<string> Unread) Read(
        NoteKeyFolder keys, IEnumerable<(NoteKeyType Algorithm, int Version)> there)
    {
        var (current, unread) = (new List<(NoteKeyType, int, NoteVerifierKey)>(), new List<string>());
        foreach (var (algorithm, version) in there.Where(one => one.Version > 0))
        {
            try
            {
                current.Add((algorithm, version, keys.Open(algorithm, version).Key));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
            {
                unread.Add(string.Create(CultureInfo.InvariantCulture, $"Version {version} of the {algorithm} key cannot be read: {e.Message}"));
            }
        }

        return (current, unread);
    }

    private static void Tell(List<(NoteKeyType Algorithm, int Version, NoteVerifierKey Key)> keys, bool rotated, bool json)
    {
        if (json)
        {
            Console.WriteLine(Encoding.UTF8.GetString(ContractJson.Write(new { Keys = keys.Select(one => new { one.Version, Key = one.Key.ToString() }) })));
            return;
        }

        foreach (var (_, version, key) in keys)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{SignedCheckpoint.NameOf(key)}, version {version}{(rotated ? ", signs from the log's next checkpoint on" : "")}."));
    }

    private static int Refuse(string says)
    {
        Console.Error.WriteLine(says);
        return ExitCode.Refused;
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,99}(\.[a-z0-9][a-z0-9-]{0,99})?\z")]
    private static partial Regex Name();
}
