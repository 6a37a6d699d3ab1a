using System.Text.Json;

namespace Consent.Cli.Logs;

/// <summary><c>verify</c> of an evidence package: tells what was checked, and on whose keys it rests.</summary>
internal static class VerifyEvidence
{
    private const string NotPinned =
        "No key was given, so this rests on the keys in the package, which whoever made it could have made too. Have the keys of the log from its controller by another way, and give them with --key.";

    /// <param name="pinned">Null where none were given.</param>
    public static async Task<int> RunAsync(FileInfo file, BelievedKeys? pinned, bool json, CancellationToken cancel)
    {
        if (file.Length > ReadEvidence.LargestPackage) throw new InvalidDataException($"{file} is too large for an evidence package, which has 16 MiB at most.");
        var verdict = Verdict(await File.ReadAllBytesAsync(file.FullName, cancel), pinned);
        var checks = HarmlessText.Of(verdict.Checks);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    verdict.Verifies,
                    Consistent = verdict.IsConsistent,
                    Pinned = verdict.IsPinned,
                    Checks = checks,
                    Record = verdict.Receipt is { } receipt ? HarmlessText.Of(receipt) : null,
                    Log = verdict.Checkpoint is { } checkpoint ? HarmlessText.Of(checkpoint.Origin) : null,
                    verdict.Index,
                    Size = verdict.Checkpoint?.Size,
                    Signers = verdict.Signers.Select(signer => HarmlessText.Of(signer.ToString())),
                },
                GatewayClient.Json));
        }
        else
        {
            foreach (var check in checks.Where(c => c.Holds)) Console.WriteLine(check.Says);
            if (!verdict.IsPinned) Console.WriteLine(NotPinned);
            if (verdict.IsConsistent) Console.WriteLine(verdict.IsPinned ? "It verifies." : "It is consistent, by its own keys alone.");
        }

        foreach (var check in checks.Where(c => !c.Holds)) await Console.Error.WriteLineAsync(check.Says);
        if (!verdict.IsConsistent) await Console.Error.WriteLineAsync("It does not verify.");
        if (!verdict.IsConsistent) return ExitCode.Refused;
        return verdict.IsPinned ? ExitCode.Done : ExitCode.ByItsOwnKeys;
    }

    private static EvidenceVerdict Verdict(byte[] package, BelievedKeys? pinned)
    {
        try
        {
            return CheckEvidence.Of(ReadEvidence.Of(package), pinned);
        }
        catch (FormatException e)
        {
            return new EvidenceVerdict([new Checked(false, e.Message)], pinned is not null, null, null, null, []);
        }
    }
}
