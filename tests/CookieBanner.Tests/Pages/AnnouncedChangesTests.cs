using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Pages.PageSamples;
using static Consent.CookieBanner.Tests.Pages.WarningSamples;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>A warning where a change takes effect before anybody could read of it.</summary>
public class AnnouncedChangesTests
{
    [Fact]
    public void A_change_that_was_not_announced_is_warned_of()
    {
        var changed = Measure("Iets nieuws.");
        Assert.Equal(["silent-change"], Warned(changed));
        Assert.Equal(["silent-change"], Warned(Clean with { ConsentValidFor = new Term(0, 3, 0) }));
        // A date of its own, on which nobody could have read of it yet; the second version is published yesterday.
        var published = DateOnly.FromDateTime(Today.AddDays(-1).UtcDateTime);
        Assert.Equal(["silent-change"], Warned(changed with { EffectiveFrom = Clean.EffectiveFrom.AddDays(1) }));
        Assert.Equal(["silent-change"], Warned(changed with { EffectiveFrom = published }));
        Assert.Empty(Warned(changed with { EffectiveFrom = published.AddDays(1) }));
    }

    [Fact]
    public void What_nobody_reads_or_means_what_it_meant_need_not_be_announced()
    {
        Assert.Empty(Warned(Clean with { Origins = ["https://other.example"] }));
        Assert.Empty(Warned(Clean with { EffectiveFrom = Clean.EffectiveFrom.AddDays(1) }));
        Assert.Empty(Warned(WithStatistics(p => p with { Description = Say("Waarvoor statistcis", "What statistics is for") })));
        Assert.Equal(["silent-change"], Warned(WithStatistics(p => p with { Description = Say("Waarvoor reclame", "What advertising is for") })));
        Assert.Equal(["silent-change"], Warned(WithStatistics(p => p with { Signals = ["analytics_storage"] })));

        static Declaration WithStatistics(Func<Purpose, Purpose> change) =>
            Clean with { Purposes = [.. Clean.Purposes.Select(p => p.Id == "statistics" ? change(p) : p)] };
    }

    private static IEnumerable<string> Warned(Declaration after)
    {
        var versions = Versions(Clean, after).Versions;
        return DeclarationWarnings.Of(versions[0], versions[1]).Select(w => w.Id);
    }
}
