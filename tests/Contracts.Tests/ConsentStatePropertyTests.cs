using Consent.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Consent.Contracts.Tests;

/// <summary>What holds for every receipt and every moment, whatever was decided and in whatever state it comes.</summary>
public sealed class ConsentStatePropertyTests
{
    private static readonly DateTimeOffset _start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Declaration _declaration = CornerShop.Declaration;
    private static readonly string[] _ids =
        [.. _declaration.Purposes.Select(p => p.Id), .. _declaration.Topics.Select(t => t.Id), "magic"];

    [Fact]
    public void ConsentPurpose_AndEachTopic_IsPermitted_OnlyByAGrantThatHoldsNow() => ForAllCases((receipt, now) => _ids
        .Where(id => _declaration.PurposeBehind(id) is { } purpose && (purpose.LegalBasis is LegalBasis.Consent || purpose.Id != id))
        .Where(id => ConsentState.Of(receipt, CornerShop.Published, id, now).Permitted)
        .All(id => receipt!.Purposes[id] is { Status: Decision.Given } given
            && (given.ValidUntil is null || now < given.ValidUntil)
            && given.Meaning == CornerShop.Meaning(id)));

    [Fact]
    public void Topic_IsNotPermitted_WhenItsPurposeWasRefusedSince() => ForAllCases((receipt, now) => _declaration.Topics
        .Where(topic => receipt?.Purposes.GetValueOrDefault(topic.Purpose) is { IsNo: true } no
            && no.DecidedIn >= (receipt.Purposes.GetValueOrDefault(topic.Id)?.DecidedIn ?? 0))
        .All(topic => !ConsentState.Of(receipt, CornerShop.Published, topic.Id, now).Permitted));

    [Fact]
    public void Objection_ToALegitimateInterest_HoldsAtAnyTime() => ForAllCases((receipt, now) => _ids
        .Where(id => _declaration.PurposeBehind(id)?.LegalBasis is LegalBasis.LegitimateInterest or LegalBasis.PublicTask)
        .Where(id => receipt?.Purposes.GetValueOrDefault(id) is { IsNo: true })
        .All(id => !ConsentState.Of(receipt, CornerShop.Published, id, now).Permitted));

    [Fact]
    public void UnknownPurpose_IsNeverPermitted() =>
        ForAllCases((receipt, now) => !ConsentState.Of(receipt, CornerShop.Published, "magic", now).Permitted);

    [Fact]
    public void Time_GivesNothingBack_ThatItTook() => ForAllCases((receipt, now) => _declaration.Purposes
        .Where(purpose => !ConsentState.Of(receipt, CornerShop.Published, purpose.Id, now).Permitted)
        .All(purpose => !ConsentState.Of(receipt, CornerShop.Published, purpose.Id, now.AddYears(1)).Permitted));

    private static void ForAllCases(Func<Receipt?, DateTimeOffset, bool> holds) =>
        Seeded.Check(Prop.ForAll(Receipts().Zip(Moments()).ToArbitrary(), at => holds(at.Item1, at.Item2)), 500);

    private static Gen<DateTimeOffset> Moments() => Gen.Choose(0, 400).Select(days => _start.AddDays(days));

    private static Gen<PurposeDecision> Decisions(string id) =>
        from status in Gen.Elements(Enum.GetValues<Decision>())
        from decided in Moments()
        from end in Gen.OneOf(Moments().Select(moment => (DateTimeOffset?)moment), Gen.Constant((DateTimeOffset?)null))
        from version in Gen.Choose(1, 3)
        from meaning in Gen.Elements(CornerShop.Meaning(id), "0000000000000000", null)
        select new PurposeDecision(status, decided, version, end, null, meaning);

    private static Gen<Receipt?> Receipts() =>
        from ids in Gen.SubListOf(_ids)
        from decisions in Gen.CollectToList(ids, Decisions)
        from known in Gen.Frequency((9, Gen.Constant(true)), (1, Gen.Constant(false)))
        select known ? Receipt(ids.Zip(decisions).ToDictionary(pair => pair.First, pair => pair.Second)) : null;

    private static Receipt Receipt(Dictionary<string, PurposeDecision> purposes) => new()
    {
        Id = "r",
        Site = "corner-shop",
        Controller = "corner-shop",
        SubjectId = "0123456789abcdef0123456789abcdef",
        Epoch = 1,
        Version = 1,
        Purposes = purposes,
        Changed = [],
        RecordedAt = _start,
    };
}
