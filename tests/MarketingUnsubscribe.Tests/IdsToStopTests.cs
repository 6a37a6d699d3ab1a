using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class IdsToStopTests
{
    private const string New = "a2";
    private const string Old = "a1";
    private static readonly Declaration Declared = Sample.Declaration();

    [Fact]
    public void OfWhomNothingIsKnown_TheNewestAlone() => Assert.Equal([New], Of([], "newsletter"));

    [Fact]
    public void AReceiptOfTheOldId_IsItsHome_WhateverItSays()
    {
        Assert.Equal([Old], Of([Said(Old, "newsletter", Decision.Given)], "newsletter"));
        Assert.Equal([Old], Of([Said(Old, "newsletter", Decision.Withdrawn)], "newsletter"));
    }

    [Theory]
    [InlineData("newsletter", Decision.Given, "newsletter", true)]
    [InlineData("marketing", Decision.Given, "newsletter", true)]
    [InlineData("offers", Decision.Given, "newsletter", false)]
    [InlineData("offers", Decision.Given, "*", true)]
    [InlineData("newsletter", Decision.Withdrawn, "newsletter", false)]
    [InlineData("marketing", Decision.Refused, "newsletter", false)]
    [InlineData("newsletter", Decision.Withdrawn, "*", false)]
    // A topic that is declared no more may have had any purpose.
    [InlineData("newsletter", Decision.Given, "gone", true)]
    public void BesideTheHome_WhereSomethingMayBeSentByTheConsentServicesWord(string said, Decision status, string stopped, bool isTold) =>
        Assert.Equal(isTold ? [New, Old] : (string[])[New], Of([Said(Old, said, status), Said(New, "tips", Decision.Withdrawn)], stopped));

    [Fact]
    public void WhatCannotBeRead_MayBeAYes()
    {
        AddressStream[] streams = [new(New, null), new(Old, null)];
        Assert.Equal([New, Old], IdsToStop.Of(streams, new Dictionary<string, Receipt>(), _ => true, null, ["newsletter"]));
    }

    private static IReadOnlyList<string> Of(IReadOnlyList<Receipt> held, string topic) => IdsToStop.Of(
        [new(New, null), new(Old, null)], held.ToDictionary(receipt => receipt.SubjectId), _ => false, Declared, [topic]);

    private static Receipt Said(string subject, string id, Decision status) => Sample.Receipt(subject, 1, (id, Sample.Decided(Declared, id, status, Sample.Noon)));
}
