using Consent.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Connectors.Tests;

/// <summary>Somebody decides whose contact is there, and is not known by the id that was heard.</summary>
public abstract class UnknownContactTests(TestData data) : IDisposable
{
    private const string Jan = "jan@reader.example";
    private const string News = "news";
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_no_under_an_id_of_a_newer_key_is_carried_within_minutes(bool tellsChanges)
    {
        await using StandIn there = tellsChanges ? await StandIn.StartAsync(new ListmonkStandIn()) : await StandIn.StartAsync(new SesStandIn());
        await using var app = await _data.StartAsync();
        // Nothing has changed of him for long.
        there.Now = () => ConnectorsApp.Start.AddDays(-1);
        there.Add(Jan);
        await app.OptInAsync(Jan, News);
        await app.ConnectedAsync(there);
        await app.Services.GetRequiredService<ConnectorStore>().WriteAsync(db => db.Database.ExecuteSqlRaw("UPDATE subjects SET subject = 'a1-of-the-key-before'"), CancellationToken.None);

        app.Clock.Pass(TimeSpan.FromSeconds(10));
        await app.OptOutAsync(Jan, News);
        app.Clock.Pass(WalkContacts.Apart);
        await Eventually.IsSoAsync("he is opted out there", () => Task.FromResult(!there.IsOn(Jan, News)));
    }

    [Fact]
    public async Task A_change_that_is_heard_while_his_page_is_read_is_not_passed_over()
    {
        await using var there = await StandIn.StartAsync(new ListmonkStandIn());
        await using var app = await _data.StartAsync();
        there.Add(Jan);
        await app.OptInAsync(Jan, News, "offers");
        var isHeard = false;
        there.Fault = http =>
        {
            if (http.Request.Path == "/api/subscribers" && !isHeard) isHeard = HearOf(app);
            return false;
        };
        await app.ConnectedAsync(there);
        await Eventually.IsSoAsync("he is looked at again", () => Task.FromResult(there.Asked.Contains("GET /api/subscribers/1")));
    }

    [Theory]
    [InlineData(null, 0, null, WalkContacts.Walk, 1)]
    [InlineData(0, 6 * 60, null, WalkContacts.Walk, 1)]
    [InlineData(0, 2, null, WalkContacts.Changes, 1)]
    [InlineData(0, 0, null, null, 1)]
    // Heard before the walk began: it has read him.
    [InlineData(10, 15, 9, null, 20)]
    [InlineData(10, 15, 10, WalkContacts.Walk, 20)]
    [InlineData(10, 14, 12, null, 20)]
    [InlineData(10, 20, 12, WalkContacts.Changes, 20)]
    public void All_are_read_again_after_a_no_but_not_more_than_once_in_five_minutes(int? walkedAt, int now, int? askedAt, string? round, int nextRound)
    {
        var row = new ConnectorRow(
            "c", "bakery", "listmonk", null, [], false, Connector.Enabled, 0, 0, null, null, null, null, null, null, null, Minutes(nextRound)!.Value, null, Minutes(walkedAt), Minutes(askedAt),
            Minutes(askedAt), 0);
        Assert.Equal(round, WalkContacts.RoundDue(row, tellsChanges: true, TimeSpan.FromHours(6), DateTimeOffset.FromUnixTimeMilliseconds(Minutes(now)!.Value)));
    }

    private static long? Minutes(int? minutes) => minutes * 60_000L;

    private static bool HearOf(ConnectorsApp app)
    {
        var heard = app.Services.GetRequiredService<ContactBook>().ChangedAsync(ConnectorsApp.Site, app.SubjectOf(Jan), isNo: false, forget: false, CancellationToken.None);
        heard.GetAwaiter().GetResult();
        return true;
    }
}
