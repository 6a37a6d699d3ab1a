using Consent.Audit.Pages;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Pages;

public class ChangedTextTests
{
    [Fact]
    public void Between_TellsEachMember_WithWhatItSaidAndWhatItSays()
    {
        var before = Samples.Declaration();
        var after = before.Declaration.With("statistics", p => p with
        {
            Description = SampleDeclaration.Text("Wij tellen welke pagina's gelezen worden.", "We count and profile."),
            Retention = p.Retention with { Term = new Term(0, 6, 0) },
            Vendors = ["counter"],
        }).Published(Samples.Noon, 2);

        Assert.Equal(
            [
                new ChangedText("purposes", "statistics", "description.en", "We count which pages are read.", "We count and profile."),
                new ChangedText("purposes", "statistics", "retention.term", "", "P6M"),
                new ChangedText("purposes", "statistics", "vendors", "", "counter"),
            ],
            ChangedText.Between(before, after).OrderBy(c => c.Member, StringComparer.Ordinal));
    }

    [Fact]
    public void Between_OfWhatCameOrWent_TellsAllOfIt()
    {
        var before = Samples.Declaration();
        var after = (before.Declaration with { Topics = [], Controller = before.Declaration.Controller with { City = "Arnhem" } }).Published(Samples.Noon, 2);

        var changes = ChangedText.Between(before, after);

        Assert.Contains(new ChangedText("declaration", Samples.Site, "controller.city", before.Declaration.Controller.City, "Arnhem"), changes);
        Assert.Contains(new ChangedText("topics", "offers", "name.nl", "offers", ""), changes);
        Assert.All(changes.Where(c => c.List == "topics"), c => Assert.Empty(c.After));
        Assert.Empty(ChangedText.Between(before, before));
    }
}
