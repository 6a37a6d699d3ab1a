using Consent.Contracts;

namespace Consent.Storage.Tests;

/// <summary>A name that somebody wrote into a message takes no place in the ledger, and fails none of its neighbours.</summary>
public sealed class SubscriberNameTests : IDisposable
{
    private readonly LedgerHarness _h = new(null);

    public void Dispose() => _h.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("News Letter")]
    [InlineData("newsletter\0")]
    [InlineData("newsletter\n")]
    [InlineData("-newsletter")]
    [InlineData("../newsletter")]
    public async Task NameThatIsNone_IsAnErrorToBeSeen_AndNothingIsStored(string? name)
    {
        await _h.AppendAsync("a", 1, "a1");
        await _h.RelayAllAsync();
        var applied = ConsentApplied.By(name!, "pub", await _h.IdAsync("a1"), _h.Time.Now());

        await Assert.ThrowsAsync<FormatException>(() => new HearSubscriber(_h.Ledger).HandleAsync(new SubscriberAnnounced("x", name!, ["note"], false, _h.Time.Now()), default));
        await Assert.ThrowsAsync<FormatException>(() => new HearApplied("pub", _h.Ledger).HandleAsync(applied, default));
        using var answer = new AnswerSnapshot("pub", _h.Log, _h.Ledger, _h.Transport, _h.Published, _h.Time);
        await Assert.ThrowsAsync<FormatException>(() => answer.HandleAsync(new SnapshotRequested("q", "pub", name!, ["note"], null, "", new string('f', 20)), default));

        Assert.Empty(await _h.Ledger.SubscribersAsync());
        Assert.Empty(await _h.Ledger.ClosedAfterAsync(0, 10));
    }
}
