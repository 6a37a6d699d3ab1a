using System.Text.Json;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Consent.ConsentService.Tests;

public sealed class ReceiptBytesTests
{
    private const string FirstFormat =
        "021E73686F702D6276028401AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0F00060A6E6C2A6163636570742D616C6C" +
        "1A62616E6E6572CF0F00000001010101062A73746174697374696373000002828091B97600240123456789ABCDEF00166D65646961000002828091B9" +
        "7600240123456789ABCDEF0022726566657272616C000002828091B97600240123456789ABCDEF0006166D6564696122726566657272616C2A737461" +
        "7469737469637300";

    private static readonly DateTimeOffset _start = new(2026, 5, 24, 12, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void AnyReceipt_ReadsBackAsItWas() => Seeded.Check(Prop.ForAll(Receipts().ToArbitrary(), receipt => Json(Back(receipt)) == Json(receipt)), 1000);

    /// <summary>What the answer to a decision and its event write by hand is what the contract's serialiser writes.</summary>
    [Fact]
    public void AnyReceipt_IsAnsweredAndToldAsTheContractWritesIt() => Seeded.Check(
        Prop.ForAll(Receipts().ToArbitrary(), receipt =>
        {
            var changed = new ConsentChanged(receipt.Id, receipt.RecordedAt.AddSeconds(1), receipt, receipt.Version % 2 == 0 ? null : "00112233445566778899");
            return ReceiptJson.Of(receipt).SequenceEqual(ContractJson.Write(receipt)) && ReceiptJson.Of(changed).AsSpan().SequenceEqual(ContractJson.Write(changed));
        }),
        1000);

    [Fact]
    public void AnOrdinaryReceipt_TakesLittleRoom()
    {
        var receipt = Ordinary();
        Assert.InRange(ReceiptBytes.Write(receipt).Length, 100, 260);
        Assert.True(ContractJson.Write(receipt).Length > 4 * ReceiptBytes.Write(receipt).Length);
    }

    [Fact]
    public void AFormatThatIsNotKnown_IsToldAndNotGuessed()
    {
        var bytes = ReceiptBytes.Write(Ordinary());
        Assert.Equal(2, bytes[0]);
        bytes[0] = 4;
        Assert.Throws<InvalidDataException>(() => ReceiptBytes.Read(Record(Ordinary(), bytes)));
    }

    /// <summary>As it was written on 24 November 2026: whatever comes later must read it.</summary>
    [Fact]
    public void TheFirstFormat_IsReadForEver()
    {
        Assert.Equal(FirstFormat, Convert.ToHexString(ReceiptBytes.Write(Ordinary())));
        Assert.Equal(Json(Ordinary()), Json(ReceiptBytes.Read(Record(Ordinary(), Convert.FromHexString(FirstFormat)))));
    }

    private static Receipt Ordinary()
    {
        var hash = new string('a', 62) + "0f";
        return new Receipt
        {
            Id = "00112233445566778899aabbccddeeff",
            Site = "shop",
            SubjectId = TestSite.Visitor,
            Controller = "shop-bv",
            Epoch = 1,
            Version = 1,
            Purposes = new[] { "statistics", "media", "referral" }.ToDictionary(id => id, id => new PurposeDecision(
                Decision.Given, _start, 1, _start.AddMonths(6), hash, "0123456789abcdef")),
            Changed = ["media", "referral", "statistics"],
            Declaration = hash,
            DeclarationVersion = 3,
            Language = "nl",
            Action = "accept-all",
            Source = "banner",
            ClaimedAt = _start.AddSeconds(-1),
            RecordedAt = _start,
        };
    }

    private static Receipt Back(Receipt receipt) => ReceiptBytes.Read(Record(receipt, ReceiptBytes.Write(receipt)));

    private static LogRecord Record(Receipt receipt, byte[] bytes) => new()
    {
        Position = 1,
        Stream = Receipt.Stream(receipt.Site, receipt.SubjectId),
        StreamKey = default,
        Epoch = receipt.Epoch,
        Version = receipt.Version,
        Kind = DecisionRecorder.Kind,
        Id = receipt.Id,
        RecordedAt = receipt.RecordedAt,
        Payload = bytes,
    };

    private static string Json(Receipt receipt) => CanonicalJson.Hash(JsonSerializer.SerializeToNode(receipt, ContractJson.Options));

    private static Gen<string?> Texts() => Gen.Elements(
        null, "", "nl", "a", "accept-all", "é ü 漢", "0f", "00ff00ff", "0123456789abcdef", new string('b', 64), "ABCDEF01", new string('x', 300), "abcdefabc");

    private static Gen<string> Words() => Texts().Select(t => t ?? "word");

    private static Gen<DateTimeOffset> Moments() => Gen.Choose(-2_000_000_000, 2_000_000_000).Select(seconds => _start.AddMilliseconds(seconds * 97L));

    private static Gen<DateTimeOffset?> MaybeMoments() =>
        Gen.OneOf(Moments().Select(m => (DateTimeOffset?)m), Gen.Constant((DateTimeOffset?)null), Gen.Elements<DateTimeOffset?>(_start, _start.AddMilliseconds(-1), _start.AddMilliseconds(1)));

    private static Gen<PurposeDecision> Decisions() =>
        from status in Gen.Elements(Enum.GetValues<Decision>())
        from at in Moments()
        from version in Gen.Choose(1, 1_000_000)
        from until in MaybeMoments()
        from hash in Texts()
        from meaning in Texts()
        from taken in MaybeMoments()
        select new PurposeDecision(status, at, version, until, hash == "" ? null : hash, meaning, taken);

    private static Gen<Receipt> Receipts() =>
        from ids in Words().ListOf().Select(l => l.Where(id => id.Length > 0).Distinct().ToList())
        from decisions in Gen.CollectToList(ids, _ => Decisions())
        from texts in Texts().ArrayOf(14)
        from claimed in MaybeMoments()
        from authorised in MaybeMoments()
        from flags in Gen.Choose(0, 31)
        select Ordinary() with
        {
            Purposes = ids.Zip(decisions).ToDictionary(p => p.First, p => p.Second),
            Changed = ids,
            Dropped = [.. ids.Take(2).Select(id => new DroppedDecision(id, "newer-no"))],
            Controller = texts[0] ?? "c",
            Declaration = texts[1] == "" ? null : texts[1],
            DeclarationVersion = flags % 3 == 0 ? null : flags,
            Language = texts[2],
            Action = texts[3],
            Source = texts[4],
            ClaimedAt = claimed,
            Previous = texts[5],
            CausedBy = texts[6],
            Gpc = (flags & 1) == 0 ? null : (flags & 2) == 0,
            Collection = (flags & 4) == 0 ? null : new Collection(texts[7], texts[8], texts[9]),
            ActedBy = (flags & 8) == 0 ? null : new Actor(texts[10] ?? "x", texts[11], texts[12] ?? "staff"),
            ParentalAuthorisation = (flags & 16) == 0 ? null : new ParentalAuthorisation(texts[13] ?? "m", texts[7], authorised),
            Imported = (flags & 2) == 0 ? null : new Imported(texts[8] ?? "s", texts[9] ?? "r", texts[10]),
        };
}
