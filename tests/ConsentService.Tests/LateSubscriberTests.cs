using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>A subscriber that appears today, and one whose file was altered.</summary>
public sealed class LateSubscriberTests : IAsyncDisposable
{
    private readonly TemporaryFolder _data = new();
    private ConsentWithSubscribers? _running;

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await _running.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task LateJoiner_LoadsEveryStateFromBefore_WhileLiveChangesFlow()
    {
        await using (var before = await ConsentWithSubscribers.StartAsync(_data.Path, "early"))
        {
            await before.PublishAsync(TestSite.Declaration());
            await Task.WhenAll(Enumerable.Range(0, 1700).Select(n => before.DecideAsync(Visitor(n), yes: n % 3 == 0)));
            await Task.WhenAll(Enumerable.Range(0, 200).Select(n => before.DecideAsync(Visitor(n), yes: n % 2 == 0)));
            foreach (var n in Enumerable.Range(50, 10)) await before.EraseAsync(Visitor(n));
            await before.SameAsync("early");
        }

        await using var now = await ConsentWithSubscribers.StartAsync(_data.Path, "early", "late");
        var permit = now.State("late").IsPermitted("test-site", Visitor(0), "statistics");
        // It may have loaded by now.
        Assert.True(permit == (false, "not-loaded") || now.State("late").IsLoaded, $"{permit}");
        for (var n = 150; n < 350; n++) await now.DecideAsync(Visitor(n), yes: true);
        await now.EraseAsync(Visitor(349));
        await now.LoadedAsync("late");

        await now.SameAsync("late");
        Assert.Equal((true, "given"), now.State("late").IsPermitted("test-site", Visitor(340), "statistics"));
        Assert.Equal((false, "never-asked"), now.State("late").IsPermitted("test-site", Visitor(55), "statistics"));
        await Eventually.IsSoAsync("the ledger says that nothing is open and that it is loaded", async () =>
            (await now.Ledger.SubscribersAsync()).Single(s => s.Name == "late") is { Open: 0, Loaded: true });
    }

    [Theory]
    [InlineData("UPDATE receipts SET body = CAST(replace(CAST(body AS TEXT), '\"refused\"', '\"given\"') AS BLOB)")]
    [InlineData("UPDATE receipts SET version = 999, epoch = 7")]
    [InlineData("DELETE FROM receipts")]
    [InlineData("DELETE FROM receipts WHERE version = 1")]
    [InlineData("UPDATE receipts SET body = x'7B' WHERE version = 2")]
    [InlineData("UPDATE receipts SET stream = NULL WHERE version = 2")]
    [InlineData("UPDATE receipts SET digest = NULL, body = CAST(replace(CAST(body AS TEXT), '\"given\"', '\"refused\"') AS BLOB)")]
    [InlineData("INSERT INTO receipts SELECT site, 'ffffffffffffffffffffffffffffffff', epoch, version, body, 'ff' || substr(stream, 3), digest FROM receipts LIMIT 1")]
    [InlineData("UPDATE receipts SET subject = 'feedfeedfeedfeedfeedfeedfeedfeed' WHERE subject = (SELECT min(subject) FROM receipts)")]
    public async Task TableAlteredByHand_Heals(string sql)
    {
        var running = await FilledAsync();
        Assert.NotEqual(0, running.ByHand("early", sql));

        await running.CompareAsync("early");

        await running.SameAsync("early");
        // And nothing is left to differ.
        using var differing = new Measured("Consent.Storage", "consent.comparison.differing", "subscriber", "early");
        await running.CompareAsync("early");
        Assert.Equal(0, differing.Sum);
    }

    [Fact]
    public async Task DeclarationsLostByHand_ComeBack()
    {
        var running = await FilledAsync();
        running.ByHand("early", "DELETE FROM declarations");

        await running.CompareAsync("early");

        await Eventually.IsSoAsync("the declaration is back", () => Task.FromResult(running.ByHand("early", "UPDATE declarations SET version = version") == 1));
    }

    [Fact]
    public async Task SubscriberToSomePurposes_HoldsTheSitesThatEverDeclaredOne_AndLoadsOneThatDoesSoLater()
    {
        await using var running = await ConsentWithSubscribers.StartForAsync(_data.Path, ("early", null), ("media-gate", ["media", "video"]));
        var plain = SampleDeclaration.Of("plain", "test-house", [TestSite.Purpose("statistics", LegalBasis.Consent)]);
        await running.PublishAsync(TestSite.Declaration());
        await running.PublishAsync(plain);
        await running.LoadedAsync("media-gate");
        await running.DecideAsync(Visitor(1), true);
        await running.DecideAsync(Visitor(2), true, "plain");
        await running.SameAsync("early");
        await running.SameAsync("media-gate", receipt => receipt.Site == "test-site");
        Assert.Equal(["plain", "test-site"], (await running.Ledger.SubscribersAsync()).Select(s => s.Name == "media-gate" ? "test-site" : "plain").Order());
        await Eventually.IsSoAsync("nothing is open to either", async () => (await running.Ledger.SubscribersAsync()).All(s => s.Open == 0));

        await running.PublishAsync(plain with { Purposes = [.. plain.Purposes, TestSite.Purpose("video", LegalBasis.Consent)] });

        await running.SameAsync("media-gate");
        await Eventually.IsSoAsync("it answers for the other site", () =>
            Task.FromResult(running.State("media-gate").IsPermitted("plain", Visitor(2), "video") == (false, "never-asked")));
    }

    private static string Visitor(int n) => $"{n:x32}";

    private async Task<ConsentWithSubscribers> FilledAsync()
    {
        var running = _running = await ConsentWithSubscribers.StartAsync(_data.Path, "early");
        await running.PublishAsync(TestSite.Declaration());
        await running.LoadedAsync("early");
        for (var n = 0; n < 40; n++) await running.DecideAsync(Visitor(n), yes: n % 2 == 0);
        for (var n = 0; n < 10; n++) await running.DecideAsync(Visitor(n), yes: n % 2 == 1);
        await running.SameAsync("early");
        return running;
    }
}
