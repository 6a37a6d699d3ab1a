using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary><c>monitor</c>: follows a log, keeps every checkpoint that it saw, and ends with a sentence and exit code 1 when the log does what no honest log does.</summary>
internal static class MonitorLog
{
    /// <summary>New entries of which it says how many it has read.</summary>
    private const long Many = 10_000;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static Command Command()
    {
        var state = new Option<DirectoryInfo>("--state")
        {
            Description = "A folder for what was seen, kept from run to run. Keep it where the log's owner cannot reach it.",
            Required = true,
        };
        var once = new Option<bool>("--once") { Description = "One look, for a scheduler; else it looks until it is stopped." };
        var every = new Option<int>("--every") { Description = "Seconds between two looks.", DefaultValueFactory = _ => 10 };
        every.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 1 or > 86_400) given.AddError("--every is between 1 second and 86400 (a day).");
        });
        var behind = new Option<int>("--behind")
        {
            Description = "Seconds for which fewer entries may be shown than were seen before, where several servers show the log and one is behind another.",
            DefaultValueFactory = _ => 40,
        };
        behind.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 0 or > 3600) given.AddError("--behind is between 0 and 3600 seconds (an hour).");
        });
        var (log, key, token, data, json) = LogSource.Options();
        var command = new Command("monitor", """
            Follows a log: demands that each checkpoint follows from all that were seen before, and rebuilds its tree from every entry. Ends with a sentence when the log was forked
            or shrunk, a signature is wrong or by a key that the log had retired, an entry or a tile is missing or was changed, or time goes back; the checkpoint at which that was found is kept as evidence. A log
            that cannot be reached is asked again at the next look. Exit codes: 0 all is well (with --once), or stopped; 1 something is not; 2 the command line was not
            understood, or the folder --state cannot be used; 3 it could not be reached (with --once).
            """)
        {
            log, key, state, once, every, behind, token, data, json,
        };
        command.SetAction((parsed, cancel) => TellFault.OrCodeAsync(
            parsed.GetValue(json),
            async () =>
            {
                var trusted = TrustedKeys.Read(parsed.GetValue(key) ?? []);
                using var source = LogSource.Open(parsed.GetValue(log)!, parsed.GetValue(token), parsed.GetValue(data));
                var pause = parsed.GetValue(once) ? (TimeSpan?)null : TimeSpan.FromSeconds(parsed.GetValue(every));
                return await FollowAsync(
                    source.Reader, parsed.GetValue(state)!.FullName, trusted, pause, TimeSpan.FromSeconds(parsed.GetValue(behind)), parsed.GetValue(json), cancel);
            },
            cancel));
        return command;
    }

    /// <param name="pause">Null for one look.</param>
    private static async Task<int> FollowAsync(ILogReader log, string folder, BelievedKeys trusted, TimeSpan? pause, TimeSpan behind, bool json, CancellationToken cancel)
    {
        await using var held = Hold(folder);
        var state = MonitorState.Read(folder);
        while (true)
        {
            try
            {
                var before = state;
                state = await LookAsync(log, before, folder, trusted, behind, json, cancel);
                if (pause is null || before is null || state.Checkpoint.Size > before.Checkpoint.Size) Tell(before, state, json);
            }
            catch (Exception e) when (pause is not null && GatewayClient.IsUnreachable(e, cancel))
            {
                await Console.Error.WriteLineAsync($"The log could not be reached: {e.Message} It is asked again.");
            }
            catch (OperationCanceledException) when (pause is not null && cancel.IsCancellationRequested)
            {
                return ExitCode.Done;
            }

            if (pause is not { } wait) return ExitCode.Done;
            await Task.Delay(wait, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancel.IsCancellationRequested) return ExitCode.Done;
        }
    }

    /// <summary>
    /// Twice where the fault may be the moment, and for as long as a server may be behind another where the log has shrunk: it has not when it comes to what was seen, and all that was shown
    /// meanwhile is part of that. What it saw is kept when it returns.
    /// </summary>
    private static async Task<MonitorState> LookAsync(
        ILogReader log, MonitorState? seen, string folder, BelievedKeys trusted, TimeSpan behind, bool json, CancellationToken cancel)
    {
        var (began, isLast, smaller) = (TimeProvider.System.GetTimestamp(), false, new List<SignedNote>());
        while (true)
        {
            try
            {
                var state = await FollowLog.LookAsync(log, seen, trusted, size => json || size - (seen?.Checkpoint.Size ?? 0) < Many ? null : new LogProgress(size), cancel);
                foreach (var part in smaller) await FollowLog.DemandPartAsync(log, part, state.Checkpoint, cancel);
                if (state != seen) state.Keep(folder);
                return state;
            }
            catch (LogFaultException e) when (e is { Fault: LogFault.Shrunk, Note: { } note } && TimeProvider.System.GetElapsedTime(began) < behind)
            {
                if (smaller.Count == 0) await Console.Error.WriteLineAsync($"{e.Message} A server may be behind another: it is looked at again for {behind.TotalSeconds:0} seconds.");
                smaller.Add(note);
                await Task.Delay(Second, TimeProvider.System, cancel);
            }
            catch (LogFaultException e) when (!isLast && LogFault.MayPass(e.Fault))
            {
                isLast = true;
                await Task.Delay(Second, TimeProvider.System, cancel);
            }
            catch (LogFaultException e) when (e.Note is { } note)
            {
                throw new LogFaultException(e.Fault, $"{e.Message} The signed checkpoint is kept: {MonitorState.KeepRefused(folder, note)}", note);
            }
        }
    }

    private static void Tell(MonitorState? before, MonitorState state, bool json)
    {
        var (now, fresh) = (state.Checkpoint, state.Checkpoint.Size - (before?.Checkpoint.Size ?? 0));
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new { Log = now.Origin, now.Size, New = fresh, Root = now.Root.ToString(), Newest = state.At.Length > 0 ? state.At : null }, GatewayClient.Json));
            return;
        }

        var newest = state.At.Length > 0 ? $", the newest of {state.At}" : "";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{now.Origin} has {now.Size:n0} entries, {fresh:n0} of them not seen before{newest}. Its checkpoint is signed and follows from all that were seen."));
    }

    /// <summary>One monitor at a time uses the folder, which is made where it is missing.</summary>
    private static FileStream Hold(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidDataException($"{folder} is in use by another monitor, or cannot be written: {e.Message}", e);
        }
    }
}
