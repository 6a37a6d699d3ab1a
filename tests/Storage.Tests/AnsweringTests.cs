using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>Who asks in a loop, or has no queue to be answered on, holds up nobody but himself, whatever he asks for.</summary>
public sealed class AnsweringTests : IDisposable
{
    private static readonly string All = new('f', 20);
    private readonly LedgerHarness _h = new(null);
    private readonly AnswerSnapshot _snapshot;
    private readonly AnswerFeed _feed;
    private readonly AnswerComparison _comparison;

    public AnsweringTests()
    {
        _snapshot = new AnswerSnapshot("pub", _h.Log, _h.Ledger, _h.Transport, _h.Published, _h.Time);
        _feed = new AnswerFeed("pub", _h.Log, _h.Transport, _h.Published, _h.Time);
        _comparison = new AnswerComparison("pub", _h.Log, _h.Transport, _h.Published, _h.Time);
    }

    public void Dispose()
    {
        _snapshot.Dispose();
        _h.Dispose();
    }

    [Theory]
    [InlineData("snapshot")]
    [InlineData("feed")]
    [InlineData("comparison")]
    public async Task AnAnswerThatReachesNoQueue_IsLetGoAndCounted_AndTheNextQuestionIsAnswered(string what)
    {
        using var unanswered = new Measured(StorageMetrics.MeterName, "consent.snapshot.unanswered", "subscriber", "nobody");
        _h.Transport.Fails = events => events.Any(e => e.Service == "nobody");
        await AskAsync(what, "nobody");
        await AskAsync(what, "nobody");
        await AskAsync(what, "somebody");

        Assert.Equal(2, unanswered.Sum);
        Assert.Equal("somebody", Assert.Single(_h.Transport.Events).Service);
        // By now he has a queue.
        _h.Transport.Fails = _ => false;
        await AskAsync(what, "nobody");
        Assert.Equal("nobody", _h.Transport.Events[^1].Service);
    }

    [Theory]
    [InlineData("snapshot")]
    [InlineData("feed")]
    [InlineData("comparison")]
    public async Task TheSameQuestionInALoop_IsAnsweredOnce_AndAMomentLaterAgain(string what)
    {
        using var refused = new Measured(StorageMetrics.MeterName, "consent.snapshot.refused", "subscriber", $"loop-{what}");
        for (var i = 0; i < 50; i++) await AskAsync(what, $"loop-{what}");
        Assert.Single(_h.Transport.Events);
        Assert.Equal(49, refused.Sum);
        _h.Time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(what, $"loop-{what}");
        Assert.Equal(2, _h.Transport.Events.Count);
    }

    [Fact]
    public async Task ABucketWithMoreThanIsReadAtOnce_IsNotSaidToDiffer_ItIsAskedForInSmallerOnes()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => _h.AppendAsync($"letters/{i}", 1, $"r{i}")));
        var coarse = new AnswerComparison("pub", _h.Log, _h.Transport, _h.Published, _h.Time) { MostRead = 20 };

        await coarse.HandleAsync(Compared(0), CancellationToken.None);
        var answer = ContractJson.Read<ComparisonAnswered>(_h.Transport.Events[^1].Body.Span);
        Assert.Equal((3, 0), (answer.Bits, answer.Differing.Count));
        await coarse.HandleAsync(Compared(3), CancellationToken.None);

        answer = ContractJson.Read<ComparisonAnswered>(_h.Transport.Events[^1].Body.Span);
        Assert.Null(answer.Bits);
    }

    private static StateCompared Compared(int bits) => new(
        RandomId.New(), "pub", "small", ["hits"], bits, 0, [.. Enumerable.Repeat(StateDigest.None.ToString(), 1 << bits)], StateDigest.None.ToString());

    private Task AskAsync(string what, string who) => what switch
    {
        "snapshot" => _snapshot.HandleAsync(new SnapshotRequested(RandomId.New(), "pub", who, ["note"], null, "", All), CancellationToken.None),
        "feed" => _feed.HandleAsync(new FeedRequested(RandomId.New(), "pub", who, ["note"], 0), CancellationToken.None),
        _ => _comparison.HandleAsync(new StateCompared(RandomId.New(), "pub", who, null, 0, 0, [StateDigest.None.ToString()], StateDigest.None.ToString()), CancellationToken.None),
    };
}
