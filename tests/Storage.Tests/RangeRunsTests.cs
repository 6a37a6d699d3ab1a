namespace Consent.Storage.Tests;

/// <summary>What a session token says of the history of a range.</summary>
public sealed class RangeRunsTests
{
    [Theory]
    [InlineData("0:-1#3", "0", -1)]
    [InlineData("12:4#55#1=20#2=7", "12", 4)]
    [InlineData(" 3:0#1", "3", 0)]
    public void Parse_TellsRangeAndVersion(string token, string range, int run) => Assert.Equal((range, run), RangeRuns.Parse(token));

    [Theory]
    [InlineData("0:17")]
    [InlineData("0:x#17")]
    [InlineData("17")]
    [InlineData("")]
    public void Parse_OfATokenWithoutAVersion_TellsNothing(string token) => Assert.Null(RangeRuns.Parse(token));

    [Fact]
    public void AreNewer_OnlyWhereTheVersionOfAKnownRangeWentUp()
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal) { ["r/0"] = -1, ["r/1"] = 4 };

        Assert.True(RangeRuns.AreNewer(new Dictionary<string, int>(StringComparer.Ordinal) { ["r/0"] = 0 }, known));
        // A replica that lags, and a range that came of a split.
        Assert.False(RangeRuns.AreNewer(new Dictionary<string, int>(StringComparer.Ordinal) { ["r/0"] = -1, ["r/1"] = 3, ["r/2"] = 9 }, known));
    }

    /// <summary>Else two replicas, of which each has seen another range, would take back what the other wrote, and begin epochs in turns.</summary>
    [Fact]
    public void With_NeverTakesBackWhatAnotherHasSeen()
    {
        var state = new OrderState(1, [0], 0, null, "") { Runs = new Dictionary<string, int>(StringComparer.Ordinal) { ["r/0"] = 2, ["r/1"] = 1 } };

        var both = state.With(new Dictionary<string, int>(StringComparer.Ordinal) { ["r/0"] = 1, ["r/1"] = 2, ["r/2"] = -1 });

        Assert.Equal([("r/0", 2), ("r/1", 2), ("r/2", -1)], both.Runs.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, one.Value)));
    }
}
