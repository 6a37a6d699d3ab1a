using System.Globalization;

namespace Consent.Contracts.Tests;

public sealed class TermTests
{
    [Theory]
    [InlineData("P6M", 0, 6, 0)]
    [InlineData("P28D", 0, 0, 28)]
    [InlineData("P4W", 0, 0, 28)]
    [InlineData("P1Y6M", 1, 6, 0)]
    [InlineData("P1Y2M3W4D", 1, 2, 25)]
    [InlineData("P0D", 0, 0, 0)]
    public void Text_OfATerm_IsRead(string text, int years, int months, int days)
    {
        Assert.True(Term.TryParse(text, out var term));
        Assert.Equal(new Term(years, months, days), term);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("6M")]
    [InlineData("P6")]
    [InlineData("p6m")]
    [InlineData("PT6H")]
    [InlineData("P1DT1H")]
    [InlineData("P-1D")]
    [InlineData("P1.5M")]
    [InlineData("P1D1M")]
    [InlineData(" P1M")]
    [InlineData("P1M\n")]
    [InlineData("P\u0663M")]
    [InlineData("P99999999999D")]
    public void Text_ThatIsNoTerm_IsRefused(string? text) => Assert.False(Term.TryParse(text, out _));

    [Theory]
    [InlineData("2025-01-31T10:00:00Z", "P1M", "2025-02-28T10:00:00Z")]
    [InlineData("2024-01-31T10:00:00Z", "P1M", "2024-02-29T10:00:00Z")]
    [InlineData("2024-02-29T00:00:00Z", "P1Y", "2025-02-28T00:00:00Z")]
    [InlineData("2025-08-31T00:00:00Z", "P6M", "2026-02-28T00:00:00Z")]
    [InlineData("2025-03-01T00:00:00Z", "P4W", "2025-03-29T00:00:00Z")]
    [InlineData("2025-01-31T00:00:00Z", "P1M1D", "2025-03-01T00:00:00Z")]
    public void End_OfATerm_FollowsTheCalendar(string start, string text, string end)
    {
        Assert.True(Term.TryParse(text, out var term));
        Assert.Equal(Moment(end), term.After(Moment(start)));
    }

    [Theory]
    [InlineData("P1Y6M")]
    [InlineData("P31D")]
    [InlineData("P0D")]
    public void Term_Written_ReadsBackTheSame(string text)
    {
        Assert.True(Term.TryParse(text, out var term));
        Assert.Equal(text, term.ToString());
        Assert.Equal(term, ContractJson.Read<Term>(ContractJson.Write(term)));
    }

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
