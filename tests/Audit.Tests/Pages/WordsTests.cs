using System.Reflection;
using System.Text.RegularExpressions;
using Consent.Audit.Holds;
using Consent.Audit.Evidence;
using Consent.Audit.Pages;
using Consent.Audit.Timelines;
using Consent.Contracts;

namespace Consent.Audit.Tests.Pages;

public partial class WordsTests
{
    [Fact]
    public void EachLanguage_SaysAll_WithTheSamePlaces()
    {
        var (dutch, english) = (Words.All[0], Words.All[1]);
        foreach (var text in typeof(Words).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.PropertyType == typeof(string)))
        {
            var (one, other) = ((string)text.GetValue(dutch)!, (string)text.GetValue(english)!);
            Assert.False(string.IsNullOrWhiteSpace(one) || string.IsNullOrWhiteSpace(other), text.Name);
            Assert.True(Places(one).SetEquals(Places(other)), $"{text.Name}: {one} / {other}");
        }

        foreach (var step in english.Steps) Assert.True(Places(step.Value).SetEquals(Places(dutch.Steps[step.Key])), step.Key);
        Assert.Equal(english.Problems.Keys.Order(StringComparer.Ordinal), dutch.Problems.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(english.Looks.Keys.Order(StringComparer.Ordinal), dutch.Looks.Keys.Order(StringComparer.Ordinal));
        foreach (var ids in (Func<Words, IReadOnlyDictionary<string, string>>[])[w => w.Actions, w => w.Sources, w => w.Drops, w => w.Grounds])
            Assert.Equal(ids(english).Keys.Order(StringComparer.Ordinal), ids(dutch).Keys.Order(StringComparer.Ordinal));
        foreach (var words in Words.All) Assert.Equal(NoBanner.Reasons.Order(StringComparer.Ordinal), words.NoBanners.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EachLanguage_NamesWhateverThereIs()
    {
        foreach (var words in Words.All)
        {
            Assert.All(Enum.GetValues<Decision>(), value => Assert.NotEmpty(words.Of(value)));
            Assert.All(Enum.GetValues<PurposeStatus>(), value => Assert.NotEmpty(words.Of(value)));
            Assert.All(Enum.GetValues<LegalBasis>(), value => Assert.NotEmpty(words.Of(value)));
            Assert.All(Enum.GetValues<TimelineWhat>(), value => Assert.NotEmpty(words.Of(value)));
            Assert.All(Enum.GetValues<InForceVerdict>(), value => Assert.NotEmpty(words.Of(value)));
            Assert.All(Grounds.OfHolds.Keys.Concat(Grounds.OfRestrictions.Keys), ground => Assert.NotEmpty(words.Grounds[ground]));
        }
    }

    [Theory]
    [InlineData(0.08, "80 ms", "80 ms")]
    [InlineData(1.26, "1,3 s", "1.3 s")]
    [InlineData(600, "10 min", "10 min")]
    [InlineData(36_000_000, "10.000 h", "10,000 h")]
    public void ATime_IsAsPreciseAsItMatters(double seconds, string dutch, string english) =>
        Assert.Equal([dutch, english], Words.All.Select(words => words.Took(TimeSpan.FromSeconds(seconds))));

    private static HashSet<string> Places(string text) => [.. Place().Matches(text).Select(m => m.Value)];

    [GeneratedRegex(@"\{[a-zA-Z]+\}")]
    private static partial Regex Place();
}
