using System.Globalization;
using System.Text;
using Consent.Tests.Support;
using static Consent.VerifiableLog.Tests.NoteVectors;

namespace Consent.VerifiableLog.Tests;

public sealed class WitnessProtocolTests : IDisposable
{
    private static readonly byte[] Seed = new byte[32];
    private readonly CosignatureSigner _witness = new("witness.example/w1", Seed, new MovedClock(DateTimeOffset.FromUnixTimeSeconds(1679315147)));
    private readonly EcdsaNoteSigner _log = NoteVectors.Ecdsa("example.com/behind-the-sofa");

    public void Dispose()
    {
        _witness.Dispose();
        _log.Dispose();
    }

    /// <summary>C2SP tlog-witness, the example of a request.</summary>
    [Fact]
    public void ARequest_IsTheSizeThatTheWitnessHolds_TheProof_AndTheCheckpoint()
    {
        string[] proof = ["PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=", "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk="];
        var request = WitnessProtocol.Request(20852014, [.. proof.Select(hash => NodeHash.Of(Convert.FromBase64String(hash)))], SignedNote.Parse($"{SofaText}\n{SofaLine}"));
        Assert.Equal($"old 20852014\n{proof[0]}\n{proof[1]}\n\n{SofaText}\n{SofaLine}", Encoding.UTF8.GetString(request));
        Assert.StartsWith("old 0\n\nexample.com/", Encoding.UTF8.GetString(WitnessProtocol.Request(0, [], SignedNote.Parse($"{SofaText}\n{SofaLine}"))), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => WitnessProtocol.Request(1, [.. Enumerable.Repeat(NodeHash.Empty, 64)], SignedNote.Parse($"{SofaText}\n{SofaLine}")));
    }

    [Fact]
    public void ACosignature_IsFoundAmongLinesOfOthers_AndNoneIsTakenForOne()
    {
        var checkpoint = SignedNote.Sign(SofaText, _log);
        var line = $"{_witness.Cosign(checkpoint).Line}\n";
        Assert.Equal(1679315147L, Found($"{WitnessLine}{line}")?.Time);
        Assert.Equal(line, $"{Found(line)!.Line}\n");

        using var namesake = new CosignatureSigner("witness.example/w1", [.. Seed[1..], 1], TimeProvider.System);
        using var atNoTime = new CosignatureSigner("witness.example/w1", Seed, new MovedClock(DateTimeOffset.UnixEpoch));
        using var plain = new Ed25519NoteSigner("witness.example/w1", Seed);
        string[] none =
        [
            "", "\n", line[..^1], line[1..], WitnessLine, $"{namesake.Cosign(checkpoint).Line}\n", $"{atNoTime.Cosign(checkpoint).Line}\n",
            $"{_witness.Cosign(SignedNote.Sign($"{SofaText}more\n", _log)).Line}\n", $"{new NoteSignature(plain.Key.Name, _witness.Key.Id, plain.Sign(Encoding.UTF8.GetBytes(SofaText)))}\n",
            // One that is right beside one that is wrong.
            $"{line}{new NoteSignature(_witness.Key.Name, _witness.Key.Id, new byte[72])}\n",
        ];
        Assert.All(none, answer => Assert.Null(Found(answer)));

        // What it signed is the checkpoint's text and more, as the answer makes it one text.
        var signed = plain.Sign(Encoding.UTF8.GetBytes($"cosignature/v1\ntime 5\n{SofaText}\nmore\n"));
        var trick = $"more\n\n{new NoteSignature(_witness.Key.Name, _witness.Key.Id, [0, 0, 0, 0, 0, 0, 0, 5, .. signed])}\n";
        Assert.True(_witness.Key.Verifies(SignedNote.Parse($"{SofaText}\n{trick}")));
        Assert.Null(Found(trick));

        Cosignature? Found(string answer) => WitnessProtocol.CosignatureIn(Encoding.UTF8.GetBytes(answer), checkpoint, _witness.Key);
    }

    [Theory]
    [InlineData("0\n", 0L)]
    [InlineData("20852014\n", 20852014L)]
    [InlineData("9223372036854775807\n", long.MaxValue)]
    [InlineData("9223372036854775808\n", null)]
    [InlineData("20852014", null)]
    [InlineData("\n", null)]
    [InlineData("", null)]
    [InlineData("-1\n", null)]
    [InlineData("01\n", null)]
    [InlineData(" 1\n", null)]
    [InlineData("1\r\n", null)]
    [InlineData("1\n\n", null)]
    [InlineData("1e3\n", null)]
    public void ASize_IsANumberInItsOneSpelling(string answer, long? size) =>
        Assert.Equal(size?.ToString(CultureInfo.InvariantCulture), WitnessProtocol.SizeIn(Encoding.UTF8.GetBytes(answer))?.ToString(CultureInfo.InvariantCulture));
}
