namespace Consent.Connectors.Tests;

/// <summary>The clock of the mailing system is slow: an opt-out there seems to be of before a confirmation here that it came after.</summary>
public sealed class WrongClockTests
{
    private const string Jan = "jan@reader.example";

    [Fact]
    public async Task An_opt_out_counts_as_said_after_the_last_look_at_which_it_was_not_there()
    {
        await using var there = await StandIn.StartAsync(new BrevoStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, "news");
        var (id, _) = await app.ConnectedAsync(there);
        app.Clock.Pass(TimeSpan.FromMinutes(5));
        await app.CompareAsync(id);

        there.Now = () => app.Clock.At.AddMinutes(-8);
        app.Clock.Pass(TimeSpan.FromMinutes(1));
        there.OptOut(Jan, "news");
        app.Clock.Pass(TimeSpan.FromMinutes(1));

        await app.ReasonIsAsync("suppressed", Jan, "news");
        Assert.False(there.IsOn(Jan, "news"));
    }

    [Fact]
    public async Task In_an_installation_of_ones_own_a_no_that_was_told_less_than_an_hour_before_counts_where_nobody_looked()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await ConnectorsApp.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, "news");
        var (id, _) = await app.ConnectedAsync(there);
        await app.SendAsync(HttpMethod.Post, $"{ConnectorsApp.Path}/{id}/pause", token: app.Token());

        there.Now = () => app.Clock.At.AddMinutes(-30);
        app.Clock.Pass(TimeSpan.FromMinutes(20));
        there.OptOut(Jan, "news");
        app.Clock.Pass(TimeSpan.FromMinutes(1));
        await app.CompareAsync(id);

        Assert.Equal(("suppressed", false), (await app.ReasonAsync(Jan, "news"), there.IsOn(Jan, "news")));
    }
}
