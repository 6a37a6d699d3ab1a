namespace Consent.Contracts.Tests;

public sealed class StateDigestTests
{
    private const string Stream = "0123456789abcdef0123";
    private static readonly DateTimeOffset Noon = new(2026, 6, 3, 12, 0, 0, 123, TimeSpan.Zero);

    private static Receipt Receipt { get; } = new()
    {
        Id = "r1",
        Site = "shop",
        Controller = "shop-bv",
        SubjectId = "0123456789abcdef0123456789abcdef",
        Epoch = 1,
        Version = 2,
        Changed = [],
        RecordedAt = Noon,
        Purposes = new Dictionary<string, PurposeDecision>
        {
            ["statistics"] = new(Decision.Given, Noon, 2, Noon.AddMonths(6), "d1", "m1"),
            ["news"] = new(Decision.Withdrawn, Noon, 1, null, null, null, Noon.AddSeconds(-1)),
        },
    };

    public static TheoryData<string, Func<Receipt, Receipt>> Changes => new()
    {
        { "site", r => r with { Site = "other" } },
        { "subject", r => r with { SubjectId = "1123456789abcdef0123456789abcdef" } },
        { "controller", r => r with { Controller = "other-bv" } },
        { "id", r => r with { Id = "r2" } },
        { "epoch", r => r with { Epoch = 2 } },
        { "version", r => r with { Version = 3 } },
        { "status", r => With(r, d => d with { Status = Decision.Refused }) },
        { "decided at", r => With(r, d => d with { DecidedAt = Noon.AddMilliseconds(1) }) },
        { "decided in", r => With(r, d => d with { DecidedIn = 1 }) },
        { "valid until", r => With(r, d => d with { ValidUntil = null }) },
        { "declaration", r => With(r, d => d with { Declaration = "d2" }) },
        { "meaning", r => With(r, d => d with { Meaning = "m2" }) },
        { "taken at", r => With(r, d => d with { TakenAt = Noon }) },
        { "a purpose less", r => r with { Purposes = new Dictionary<string, PurposeDecision> { ["news"] = r.Purposes["news"] } } },
    };

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public void Of_AnythingThatAStateRestsOn_ChangesTheDigest(string what, Func<Receipt, Receipt> change) =>
        Assert.True(StateDigest.Of(Stream, Receipt) != StateDigest.Of(Stream, change(Receipt)), what);

    [Fact]
    public void Of_AnotherOrderOfPurposes_AndWhatTheStateDoesNotRestOn_IsTheSame()
    {
        var same = Receipt with { Language = "nl", Action = "save", Purposes = Receipt.Purposes.Reverse().ToDictionary() };
        Assert.Equal(StateDigest.Of(Stream, Receipt), StateDigest.Of(Stream, same));
        Assert.NotEqual(StateDigest.Of(Stream, Receipt), StateDigest.Of("1" + Stream[1..], Receipt));
    }

    [Fact]
    public void With_InAnyOrder_IsTheSame_AndTwiceIsNone()
    {
        var (a, b) = (StateDigest.Of(Stream, Receipt), StateDigest.Of(Stream, Receipt with { Version = 3 }));
        Assert.Equal(StateDigest.None.With(a).With(b), StateDigest.None.With(b).With(a));
        Assert.Equal(StateDigest.None, a.With(a));
        Assert.Equal(32, a.ToString().Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    public void RangeOf_Buckets_CoverEveryStreamOnceAndInOrder(int bits)
    {
        var after = "";
        for (var bucket = 0; bucket < 1 << bits; bucket++)
        {
            var range = StateDigest.RangeOf(bucket, bits);
            Assert.Equal(after, range.After);
            Assert.Equal(bucket, StateDigest.BucketOf(range.Until, bits));
            after = range.Until;
        }

        Assert.Equal(new string('f', 20), after);
        Assert.Equal((1 << bits) - 1, StateDigest.BucketOf(new string('f', 20), bits));
    }

    [Fact]
    public void Restrict_KeepsEveryNoThatWasHeard_AndNothingElseOfWhatTheLogLost()
    {
        var held = Receipt with
        {
            Version = 9,
            Purposes = new Dictionary<string, PurposeDecision> { ["statistics"] = Said(Decision.Refused), ["news"] = Said(Decision.Given), ["media"] = Said(Decision.Objected) },
        };
        var sent = Receipt with { Purposes = new Dictionary<string, PurposeDecision> { ["statistics"] = Said(Decision.Given), ["news"] = Said(Decision.Withdrawn) } };

        var restricted = AheadOfLog.Restrict(held, sent);

        Assert.Equal(9, restricted.Version);
        Assert.Equal(
            [("media", Decision.Objected), ("news", Decision.Withdrawn), ("statistics", Decision.Refused)],
            restricted.Purposes.Select(p => (p.Key, p.Value.Status)));
        Assert.Equal(restricted.Purposes, AheadOfLog.Restrict(restricted, sent).Purposes);
        Assert.Equal(["media", "statistics"], AheadOfLog.Restrict(held, null).Purposes.Keys);
    }

    private static PurposeDecision Said(Decision status) => new(status, Noon, 1, null, "d1", "m1");

    private static Receipt With(Receipt r, Func<PurposeDecision, PurposeDecision> change) =>
        r with { Purposes = new Dictionary<string, PurposeDecision>(r.Purposes) { ["statistics"] = change(r.Purposes["statistics"]) } };
}
