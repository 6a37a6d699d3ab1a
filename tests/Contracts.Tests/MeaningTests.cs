using Consent.Tests.Support;

namespace Consent.Contracts.Tests;

public sealed class MeaningTests
{
    private static readonly Dictionary<string, Func<Purpose, Purpose>> _changes = new()
    {
        ["legal basis"] = p => p with { LegalBasis = LegalBasis.Contract },
        ["data category added"] = p => p with { DataCategories = [.. p.DataCategories, "health"] },
        ["data category removed"] = p => p with { DataCategories = ["visits"] },
        ["longer kept"] = p => p with { Retention = p.Retention with { Term = new Term(2, 0, 0) } },
        ["working days"] = p => p with { Retention = p.Retention with { WorkingDays = true } },
        ["another trigger"] = p => p with { Retention = p.Retention with { Trigger = "account-closed" } },
        ["recipient added"] = p => p with { Vendors = [.. p.Vendors, "broker"] },
        ["advertising"] = p => p with { Advertising = true },
    };

    public static TheoryData<string> Changes => [.. _changes.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Meaning_OfAPurposeChangedInSubstance_IsAnother(string change)
    {
        var next = After(CornerShop.Declaration.With("statistics", _changes[change]));
        Assert.NotEqual(CornerShop.Meaning("statistics"), next.MeaningOf("statistics"));
        Assert.Equal(CornerShop.Meaning("newsletter"), next.MeaningOf("newsletter"));
    }

    [Theory]
    [InlineData("Waarvoor statistics", "Waarvoor STATISTICS!", true)]
    [InlineData("Waarvoor statistics", "Waarvoor statistisc", true)]
    [InlineData("Wij tellen bezoeken zonder uw adres.", "Wij tellen bezoeken zonder uw  adres", true)]
    [InlineData("Wij bewaren dit nooit langer dan 30 dagen.", "Wij bewaren dit ooit langer dan 30 dagen.", false)]
    [InlineData("We never share this.", "We ever share this.", false)]
    [InlineData("We do share this.", "We do not share this.", false)]
    [InlineData("Kept for 30 days.", "Kept for 90 days.", false)]
    [InlineData("We count visits.", "We sell visits.", false)]
    [InlineData("Wij geven uw gegevens door aan partners.", "Wij geven uw gegevens door aan niemand.", false)]
    [InlineData("one wrod tow wrods", "one word two words", false)]
    [InlineData("recieve seperate adress refered", "receive separate address referred", false)]
    [InlineData("recieve seperate adress", "receive separate address", true)]
    public void Meaning_SurvivesASlipOfThePen_AndNothingElse(string before, string after, bool same)
    {
        var first = CornerShop.Of(CornerShop.Declaration.With("statistics", p => p with { Description = SampleDeclaration.Text(before) }));
        var next = PublishedDeclaration.After(first, CornerShop.Declaration.With("statistics", p => p with { Description = SampleDeclaration.Text(after) }), default);
        Assert.Equal(same, first.MeaningOf("statistics") == next.MeaningOf("statistics"));
        Assert.Equal(same, Spelling.SaysTheSame(after, before));
    }

    [Fact]
    public void Meaning_OfSeveralCorrectionsInARow_IsStillTheFirst()
    {
        var texts = new[] { "Wij tellen bezoeken", "Wij tellen bezoekne", "Wij teller bezoekne", "wij teller: bezoekne" };
        var last = texts.Select(text => CornerShop.Declaration.With("statistics", p => p with { Description = SampleDeclaration.Text(text) }))
            .Aggregate((PublishedDeclaration?)null, (before, next) => PublishedDeclaration.After(before, next, default));
        var first = CornerShop.Of(CornerShop.Declaration.With("statistics", p => p with { Description = SampleDeclaration.Text(texts[0]) }));
        Assert.Equal(first.MeaningOf("statistics"), last!.MeaningOf("statistics"));
    }

    [Fact]
    public void Meaning_IsTheSame_WhenALanguageIsAddedOrTakenAway()
    {
        Texts Dutch(Texts texts) => new() { ["nl"] = texts["nl"] };
        var dutch = CornerShop.Of(CornerShop.Declaration.With("statistics", p => p with { Name = Dutch(p.Name), Description = Dutch(p.Description) }));
        var both = PublishedDeclaration.After(dutch, CornerShop.Declaration, default);
        var again = PublishedDeclaration.After(both, dutch.Declaration, default);
        Assert.Equal([dutch.MeaningOf("statistics")], new[] { both.MeaningOf("statistics"), again.MeaningOf("statistics") }.Distinct());
    }

    [Fact]
    public void Meaning_OfTheSameListsInAnotherOrder_IsTheSame()
    {
        var turned = CornerShop.Declaration.With("statistics", p => p with { DataCategories = ["address", "visits"] });
        Assert.Equal(CornerShop.Meaning("statistics"), CornerShop.Of(turned).MeaningOf("statistics"));
    }

    [Fact]
    public void Meaning_OfATopic_IsThatOfItsPurpose() => Assert.Equal(CornerShop.Meaning("newsletter"), CornerShop.Meaning("offers"));

    [Fact]
    public void Meaning_IsSixteenHexadecimalDigits() => Assert.Matches("^[0-9a-f]{16}$", CornerShop.Meaning("statistics"));

    [Fact]
    public void Meaning_OfAnUnknownPurpose_IsNone() => Assert.Null(CornerShop.Meaning("magic"));

    private static PublishedDeclaration After(Declaration next) => PublishedDeclaration.After(CornerShop.Published, next, default);
}
