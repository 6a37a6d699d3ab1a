using System.Text.Json;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary><c>verify</c> of an evidence package: tells what was checked, and on whose keys it rests.</summary>
internal static class VerifyEvidence
{
    private const string NotPinned =
        "No key was given, so this rests on the keys in the package, which whoever made it could have made too. Have the keys of the log from its controller by another way, and give them with --key.";

    /// <param name="pinned">Empty where none were given.</param>
    public static async Task<int> RunAsync(FileInfo file, IReadOnlyList<NoteVerifierKey> pinned, bool json, CancellationToken cancel)
    {
        if (file.Length > ReadEvidence.LargestPackage) throw new InvalidDataException($"{file} is too large for an evidence package, which has 16 MiB at most.");
        var verdict = Verdict(await File.ReadAllBytesAsync(file.FullName, cancel), pinned);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    verdict.Verifies,
                    Pinned = verdict.IsPinned,
                    verdict.Checks,
                    Record = verdict.Receipt,
                    Log = verdict.Checkpoint?.Origin,
                    verdict.Index,
                    Size = verdict.Checkpoint?.Size,
                    Signers = verdict.Signers.Select(signer => signer.ToString()),
                },
                GatewayClient.Json));
        }
        else
        {
            foreach (var check in verdict.Checks.Where(c => c.Holds)) Console.WriteLine(check.Says);
            if (!verdict.IsPinned) Console.WriteLine(NotPinned);
            if (verdict.Verifies) Console.WriteLine(verdict.IsPinned ? "It verifies." : "It verifies, by its own keys alone.");
        }

        foreach (var check in verdict.Checks.Where(c => !c.Holds)) await Console.Error.WriteLineAsync(check.Says);
        if (!verdict.Verifies) await Console.Error.WriteLineAsync("It does not verify.");
        return verdict.Verifies ? ExitCode.Done : ExitCode.Refused;
    }

    private static EvidenceVerdict Verdict(byte[] package, IReadOnlyList<NoteVerifierKey> pinned)
    {
        try
        {
            return CheckEvidence.Of(ReadEvidence.Of(package), pinned);
        }
        catch (FormatException e)
        {
            return new EvidenceVerdict([new Checked(false, e.Message)], pinned.Count > 0, null, null, null, []);
        }
    }
}
