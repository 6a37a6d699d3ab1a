using Consent.Cli.Scan;

namespace Consent.Cli.Tests;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("_ga", "_ga", true)]
    [InlineData("_ga", "_ga_1", false)]
    [InlineData("_ga", "_GA", false)]
    [InlineData("_ga*", "_ga", true)]
    [InlineData("_ga*", "_ga_1", true)]
    [InlineData("_ga*", "x_ga", false)]
    [InlineData("*_id", "user_id", true)]
    [InlineData("*_id", "user_id2", false)]
    [InlineData("a*b*c", "a-b-c", true)]
    [InlineData("a*b*c", "abc", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("ab*ba", "aba", false)]
    [InlineData("a*bc*c", "abc", false)]
    [InlineData("*", "", true)]
    [InlineData("a.b", "axb", false)]
    public void A_star_stands_for_any_run_of_characters(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.Matches(pattern, name));
}
