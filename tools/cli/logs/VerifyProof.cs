using System.CommandLine;
using System.Text;
using System.Text.Json;

namespace Consent.Cli.Logs;

/// <summary><c>verify</c>: whether a record stands in its controller's log, by a file and keys alone, or whether an evidence package is whole and true; nobody is asked.</summary>
internal static class VerifyProof
{
    public static Command Command()
    {
        var file = new Argument<FileInfo>("file")
        {
            Description = "An evidence package (what GET /v1/audit/evidence/{id} answered), what GET /v1/audit/proofs/{id} answered, or a .tlog-proof together with --opening.",
        };
        var opening = new Option<FileInfo>("--opening")
        {
            Description = "For a .tlog-proof: JSON with the members entry, opening and, of an acknowledgement, told, as the same address answers them.",
        };
        var (key, json) = (TrustedKeys.Option(), new Option<bool>("--json") { Description = "Answer in JSON, for programs." });
        // A package brings keys along, and is held against these where none are given.
        key.Required = false;
        var command = new Command("verify", """
            Checks, without asking anybody, that the log's commitment opens to a record, that the entry is in the log, and that the checkpoint is signed by keys that you trust.
            Of an evidence package also that each of its files is the one that was signed for, that the text is the one that the receipt names, and that each acknowledgement is of
            this receipt; without --key it rests on the keys in the package itself, says so, and is not verified by that.
            Says of each whether it holds. Exit codes: 0 all hold, by keys that you gave; 1 one does not; 2 there is no such file, or a key cannot be read; 4 all hold, by the package's
            own keys alone.
            """)
        {
            file, opening, key, json,
        };
        command.SetAction((parsed, cancel) => TellFault.OrCodeAsync(
            parsed.GetValue(json), () => RunAsync(parsed.GetValue(file)!, parsed.GetValue(opening), parsed.GetValue(key) ?? [], parsed.GetValue(json), cancel), cancel));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo file, FileInfo? opening, string[] keys, bool json, CancellationToken cancel)
    {
        if (ReadEvidence.IsPackage(file))
        {
            if (opening is not null) throw new InvalidDataException("--opening is for a .tlog-proof; an evidence package has the openings of its proofs.");
            return await VerifyEvidence.RunAsync(file, keys.Length == 0 ? null : TrustedKeys.Read(keys), json, cancel);
        }

        if (keys.Length == 0) throw new InvalidDataException("A proof brings no keys along: name those that you trust with --key.");
        var trusted = TrustedKeys.Read(keys);
        var verdict = Verdict(await BytesAsync(file, cancel), opening is null ? null : await BytesAsync(opening, cancel), trusted);
        var checks = HarmlessText.Of(verdict.Checks);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    verdict.Verifies,
                    Checks = checks,
                    Record = verdict.RecordId is { } id ? HarmlessText.Of(id) : null,
                    Log = verdict.Proof is { } proof ? HarmlessText.Of(proof.Checkpoint.Origin) : null,
                    Index = verdict.Proof?.Index,
                    Size = verdict.Proof?.Checkpoint.Size,
                    Class = verdict.Entry?.Class,
                    At = verdict.Entry?.At,
                    Signers = verdict.Signers.Select(signer => signer.ToString()),
                },
                GatewayClient.Json));
        }
        else
        {
            foreach (var check in checks.Where(c => c.Holds)) Console.WriteLine(check.Says);
            if (verdict.Verifies) Console.WriteLine("It verifies.");
        }

        foreach (var check in checks.Where(c => !c.Holds)) await Console.Error.WriteLineAsync(check.Says);
        if (!verdict.Verifies) await Console.Error.WriteLineAsync("It does not verify.");
        return verdict.Verifies ? ExitCode.Done : ExitCode.Refused;
    }

    private static ProofVerdict Verdict(byte[] proof, byte[]? opening, BelievedKeys trusted)
    {
        var isNote = proof.AsSpan().StartsWith("c2sp.org/tlog-proof@v1"u8);
        if (isNote && opening is null)
            throw new InvalidDataException("A .tlog-proof carries neither its entry nor what opens it: name a file with these with --opening.");
        if (!isNote && opening is not null) throw new InvalidDataException("--opening is for a .tlog-proof; this file has an opening of its own.");
        try
        {
            var record = ProvenRecord.Read(opening ?? proof);
            return CheckProof.Of(record, isNote ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(proof) : record.Proof ?? "", trusted);
        }
        // DecoderFallbackException is one of the latter.
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return new ProofVerdict([new Checked(false, e.Message)], null, [], null, null);
        }
    }

    private static async Task<byte[]> BytesAsync(FileInfo file, CancellationToken cancel)
    {
        if (!file.Exists) throw new InvalidDataException($"There is no file {file}.");
        return file.Length <= ProvenRecord.LargestFile ? await File.ReadAllBytesAsync(file.FullName, cancel)
            : throw new InvalidDataException($"{file} is too large for a proof, which has 16 MiB at most.");
    }
}
