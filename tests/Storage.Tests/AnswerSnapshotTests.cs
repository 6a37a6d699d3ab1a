using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Storage.Tests;

public sealed class AnswerSnapshotTests : IDisposable
{
    private readonly LedgerHarness _h = new(null);
    private readonly AnswerSnapshot _answer;

    public AnswerSnapshotTests() => _answer = new AnswerSnapshot("pub", _h.Log, _h.Ledger, _h.Transport, _h.Published, _h.Time);

    public void Dispose()
    {
        _answer.Dispose();
        _h.Dispose();
    }

    [Fact]
    public async Task Pages_TellTheNewestOfEachStream_ThatIsWanted_ThroughAllOfThem()
    {
        await Task.WhenAll(Enumerable.Range(0, 1200).Select(i => _h.AppendAsync(i < 20 ? $"hits/{i}" : $"letters/{i}", 1, $"r{i}", i == 25 ? "other" : "note")));
        await _h.AppendAsync("letters/30", 2, "r30-again");

        var told = new List<string>();
        var after = "";
        for (var complete = false; !complete; after = PageSent().Through)
        {
            await _answer.HandleAsync(Question(after) with { Purposes = ["letters"] }, CancellationToken.None);
            told.AddRange(PageSent().Events.Select(e => e.Body.GetProperty("alias").GetString()!));
            complete = PageSent().Complete;
        }

        Assert.Equal(new string('f', 20), after);
        Assert.Equal(Enumerable.Range(20, 1180).Where(i => i is not (25 or 30)).Select(i => $"r{i}").Append("r30-again").Order(), told.Order());
        Assert.Equal(3, _h.Transport.Events.Count);
    }

    [Fact]
    public async Task OfAStreamThatWasErasedOnce_TheTombstoneIsToldToo_BeforeWhatCameSince()
    {
        await _h.AppendAsync("a", 1, "a1");
        await _h.Log.EraseAsync("a", """{"alias":"a2"}"""u8.ToArray(), Make.Moment);
        await _h.AppendAsync("a", 3, "a3");
        await _h.AppendAsync("a", 4, "a4");
        await _h.AppendAsync("b", 1, "b1");
        await _h.AppendAsync("b", 2, "b2");

        await _answer.HandleAsync(Question("") with { Kinds = ["note", LogRecord.Erased] }, CancellationToken.None);
        var told = PageSent().Events.Select(e => e.Body.GetProperty("alias").GetString()!).ToList();
        await _answer.HandleAsync(Question(""), CancellationToken.None);

        Assert.Equal(["a2", "a4"], told.Where(alias => alias[0] == 'a'));
        Assert.Equal(["b2"], told.Where(alias => alias[0] == 'b'));
        Assert.Equal(["a4", "b2"], PageSent().Events.Select(e => e.Body.GetProperty("alias").GetString()!).Order());
    }

    [Fact]
    public async Task WhoAsks_IsOwedWhatIsPublishedFromThenOn()
    {
        await _answer.HandleAsync(Question(""), CancellationToken.None);
        await _h.AppendAsync("a", 1, "a1");
        await _h.RelayAllAsync();

        Assert.Equal("a1>late", await _h.StateAsync("a1"));
        Assert.False(Assert.Single(await _h.Ledger.SubscribersAsync()).Loaded);
    }

    [Fact]
    public async Task SameQuestionInALoop_IsAnsweredOnce_Counted_AndHoldsUpNobodyElse()
    {
        using var refused = new Measured(StorageMetrics.MeterName, "consent.snapshot.refused", "subscriber", "late");
        await _h.AppendAsync("a", 1, "a1");

        for (var i = 0; i < 50; i++) await _answer.HandleAsync(Question("") with { Id = $"q{i}" }, CancellationToken.None);
        await _answer.HandleAsync(Question("") with { Subscriber = "other" }, CancellationToken.None);

        Assert.Equal(["late", "other"], _h.Transport.Events.Select(e => e.Service));
        Assert.Equal(49, refused.Sum);
        // A second later it is a question like any other: an answer may have been lost.
        _h.Time.Advance(TimeSpan.FromSeconds(1));
        await _answer.HandleAsync(Question(""), CancellationToken.None);
        Assert.Equal(3, _h.Transport.Events.Count);
    }

    [Theory]
    [InlineData("not a hash")]
    [InlineData("0123")]
    public async Task QuestionThatCannotBeRead_IsAnError_AndTheNextOneIsAnswered(string after)
    {
        await Assert.ThrowsAsync<FormatException>(() => _answer.HandleAsync(Question(after), CancellationToken.None));
        await _answer.HandleAsync(Question(""), CancellationToken.None);
        Assert.True(PageSent().Complete);
    }

    [Fact]
    public async Task SubscriberThatIsLate_IsAnAlarm_UntilItHasApplied()
    {
        await _h.AnnounceAsync("newsletter");
        await _h.AppendAsync("a", 1, "a1");
        await _h.RelayAllAsync();
        _h.Time.Advance(TimeSpan.FromMinutes(4));
        await _h.RedeliverAsync();
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);

        _h.Time.Advance(TimeSpan.FromMinutes(2));
        await _h.RedeliverAsync();
        var late = await HealthAsync();
        Assert.Equal((HealthStatus.Degraded, "newsletter has not applied what was recorded 360 s ago"), (late.Status, late.Description));

        await _h.ApplyAsync("newsletter", "a1");
        await _h.RedeliverAsync();
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
    }

    private static SnapshotRequested Question(string after) => new("q", "pub", "late", ["note"], null, after, new string('f', 20));

    private Task<HealthCheckResult> HealthAsync() => _h.Late.CheckHealthAsync(new HealthCheckContext(), CancellationToken.None);

    private SnapshotPage PageSent() => ContractJson.Read<SnapshotPage>(_h.Transport.Events[^1].Body.Span);
}
