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
    public void Meaning_OfAPurposeChangedInSubstance_IsAnother(string change) => Assert.NotEqual(
        Meaning.Of(CornerShop.Declaration, "statistics"), Meaning.Of(CornerShop.Declaration.With("statistics", _changes[change]), "statistics"));

    [Fact]
    public void Meaning_OfARewordedPurpose_IsTheSame()
    {
        var reworded = CornerShop.Declaration.With("statistics", p => p with
        {
            Name = SampleDeclaration.Text("Cijfers", "Figures"),
            Description = SampleDeclaration.Text("Tellen", "Counting"),
            Retention = p.Retention with { Description = SampleDeclaration.Text("12 maanden", "12 months") },
        });
        Assert.Equal(Meaning.Of(CornerShop.Declaration, "statistics"), Meaning.Of(reworded, "statistics"));
    }

    [Fact]
    public void Meaning_OfTheSameListsInAnotherOrder_IsTheSame()
    {
        var turned = CornerShop.Declaration.With("statistics", p => p with { DataCategories = ["address", "visits"] });
        Assert.Equal(Meaning.Of(CornerShop.Declaration, "statistics"), Meaning.Of(turned, "statistics"));
    }

    [Fact]
    public void Meaning_OfATopic_IsThatOfItsPurpose() =>
        Assert.Equal(Meaning.Of(CornerShop.Declaration, "newsletter"), Meaning.Of(CornerShop.Declaration, "offers"));

    [Fact]
    public void Meaning_IsSixteenHexadecimalDigits() => Assert.Matches("^[0-9a-f]{16}$", Meaning.Of(CornerShop.Declaration, "statistics"));

    [Fact]
    public void Meaning_OfAnUnknownPurpose_IsNone() => Assert.Null(Meaning.Of(CornerShop.Declaration, "magic"));
}
