using System.Text.Json;
using Consent.Contracts;

namespace Consent.Audit.Tests;

/// <summary>Audit asks each source for every record behind its cursor, so that what never arrived by itself is in its log all the same.</summary>
public sealed class HearFeedTests : IAsyncLifetime
{
    private readonly RunningAudit _audit = new();

    public ValueTask InitializeAsync() => _audit.InitializeAsync();

    public ValueTask DisposeAsync() => _audit.DisposeAsync();

    [Fact]
    public async Task Start_BothSourcesAreAskedFromTheBeginning()
    {
        var questions = await _audit.Outbox.WaitForAsync<FeedRequested>(2);
        Assert.Equal([("audit", "consent", 0L), ("audit", "marketing-unsubscribe", 0L)], questions.Take(2).Select(q => (q.Subscriber, q.Source, q.After)).Order());
        Assert.Contains("subscriber-retired", questions[0].Kinds);
    }

    [Fact]
    public async Task Page_BringsWhatNeverArrived_AndPassesOverWhatIsHeld()
    {
        await _audit.Outbox.WaitForAsync<FeedRequested>(2);
        var (arrived, lost) = (Samples.Choice("receipt-held"), Samples.Choice("receipt-lost"));
        await _audit.HearAsync(arrived);
        _audit.Outbox.Forget();

        await _audit.HearAsync(Page("consent", 0, 9, arrived, lost));

        Assert.Equal(["receipt-lost"], _audit.Outbox.Of<ConsentApplied>().Select(a => a.RecordId));
        Assert.Equal(9, _audit.Outbox.Of<FeedRequested>().Single().After);
        var trace = await _audit.GetAsync("/v1/audit/trace/receipt-lost", _audit.Token("audit", Samples.Controller));
        Assert.True(trace.IsSuccessStatusCode);
        // The other source has a cursor of its own.
        await _audit.HearAsync(Page("marketing-unsubscribe", 0, 4, Samples.OptOut()));
        Assert.Equal(4, _audit.Outbox.Of<FeedRequested>()[^1].After);
    }

    private static FeedPage Page(string source, long after, long through, params object[] events) => new("p", source, after, through, [.. events.Select(e => e switch
    {
        ConsentChanged changed => new PublishedEvent(ConsentChanged.Kind, JsonSerializer.SerializeToElement(changed, ContractJson.Options)),
        _ => new PublishedEvent(MarketingUnsubscribed.Kind, JsonSerializer.SerializeToElement((MarketingUnsubscribed)e, ContractJson.Options)),
    })]);
}
