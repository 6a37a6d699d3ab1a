namespace Consent.ServiceDefaults.Tests;

public sealed class ReasonsTests
{
    [Theory]
    [InlineData("He asks what we know of him.", "He asks what we know of him.")]
    [InlineData("  case 4711,\r\n\tletter of 3 June ", "case 4711, letter of 3 June")]
    [InlineData("0123456789", "0123456789")]
    [InlineData("012345678", null)]
    [InlineData("a                b", null)]
    [InlineData("case 4711\u0000 of June", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Read_TakesWhatSaysSomething_InOneLine(string? given, string? reason) => Assert.Equal(reason, Reasons.Read(given));

    [Fact]
    public void Read_TakesNoNovel()
    {
        Assert.NotNull(Reasons.Read(new string('x', Reasons.Longest)));
        Assert.Null(Reasons.Read(new string('x', Reasons.Longest + 1)));
    }
}
