using static Consent.VerifiableLog.Tests.NoteVectors;

namespace Consent.VerifiableLog.Tests;

public sealed class KeyTermTests
{
    [Fact]
    public void KeyThatEnded_IsAComment_WithItsEnd_AndCoversNothingBeyond()
    {
        var (inForce, ended) = (new KeyTerm(NoteVerifierKey.Parse(Peter)), new KeyTerm(NoteVerifierKey.Parse(Peter), 300));
        Assert.Equal((Peter, $"# until 300 {Peter}"), (inForce.ToString(), ended.ToString()));
        Assert.Equal((Peter, (long?)null), (KeyTerm.Parse($" {Peter}\r")!.Key.ToString(), KeyTerm.Parse(Peter)!.Until));
        Assert.Equal((Peter, (long?)300), (KeyTerm.Parse(ended.ToString())!.Key.ToString(), KeyTerm.Parse(ended.ToString())!.Until));
        Assert.True(inForce.Covers(long.MaxValue));
        Assert.Equal((true, false), (ended.Covers(300), ended.Covers(301)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("#")]
    [InlineData("# until further notice")]
    [InlineData("# until 0300 " + Peter)]
    [InlineData("# until -1 " + Peter)]
    [InlineData("#until 300 " + Peter)]
    public void WhatIsNeitherAKeyNorAnEnd_SaysNothing(string line) => Assert.Null(KeyTerm.Parse(line));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("# until 300 nonsense")]
    [InlineData("# until 300 " + Peter + "A")]
    public void WhatShouldBeAKey_AndIsNone_IsRefused(string line) => Assert.Throws<FormatException>(() => KeyTerm.Parse(line));
}
