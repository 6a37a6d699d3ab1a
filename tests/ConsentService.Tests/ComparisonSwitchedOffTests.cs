using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>A subscriber's file in which somebody wrote what no comparison would reach, or would stumble over.</summary>
public sealed class ComparisonSwitchedOffTests : IAsyncDisposable
{
    /// <summary>Of nobody else, who would be counted in the same metric meanwhile.</summary>
    private const string Name = "switched-off";
    /// <summary>More than lie in one bucket: only then is a stream's hash read for its bucket.</summary>
    private const int Visitors = 520;
    private readonly TemporaryFolder _data = new();
    private ConsentWithSubscribers? _running;

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await _running.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [InlineData("UPDATE receipts SET stream = 'a-ha' WHERE version = 2")]
    [InlineData("UPDATE receipts SET stream = '1' WHERE version = 2")]
    [InlineData("UPDATE receipts SET stream = upper(stream) WHERE version = 2")]
    [InlineData("UPDATE receipts SET stream = 'zzzzzzzzzzzzzzzzzzzz' WHERE version = 2")]
    [InlineData("UPDATE receipts SET epoch = 99999999999 WHERE version = 2")]
    [InlineData("UPDATE receipts SET epoch = 'first' WHERE version = 2")]
    [InlineData("UPDATE receipts SET body = CAST(json_set(CAST(body AS TEXT), '$.purposes', NULL) AS BLOB) WHERE version = 2")]
    [InlineData("UPDATE receipts SET body = CAST(json_set(CAST(body AS TEXT), '$.purposes.statistics', NULL) AS BLOB) WHERE version = 2")]
    [InlineData("INSERT INTO receipts SELECT site, 'ffffffffffffffffffffffffffffffff', epoch, version, body, NULL, NULL FROM receipts LIMIT 1")]
    [InlineData("INSERT INTO receipts SELECT site, 'ffffffffffffffffffffffffffffffff', epoch, version, body, 'zz' || substr(stream, 3), digest FROM receipts LIMIT 1")]
    [InlineData("INSERT INTO tombstones (stream, epoch, version) SELECT stream, 2000000000, 999 FROM receipts WHERE version = 2; DELETE FROM receipts WHERE version = 2")]
    [InlineData("UPDATE tombstones SET stream = (SELECT max(stream) FROM receipts), epoch = 2000000000; DELETE FROM receipts WHERE version = 2 OR stream = (SELECT max(stream) FROM receipts)")]
    public async Task TableAlteredByHand_Heals(string sql)
    {
        var running = await FilledAsync();
        Assert.NotEqual(0, running.ByHand(Name, sql));

        await running.CompareAsync(Name);

        await running.SameAsync(Name);
    }

    [Fact]
    public async Task DeclarationsAlteredByHand_ComeBack_AlsoTheSecondTime()
    {
        var running = await FilledAsync();
        for (var n = Visitors; n < Visitors + 4; n += 2)
        {
            Assert.Equal(1, running.ByHand(Name, "UPDATE declarations SET body = CAST('{}' AS BLOB)"));
            await CompareAfterAChangeAsync(running, n);
            await Eventually.IsSoAsync("the declaration is back", () => Task.FromResult(running.ByHand(Name, "UPDATE declarations SET version = version WHERE length(body) > 2") == 1));
            // It finds that nothing differs.
            await CompareAfterAChangeAsync(running, n + 1);
        }
    }

    /// <summary>The same question at once again would be passed over.</summary>
    private static async Task CompareAfterAChangeAsync(ConsentWithSubscribers running, int n)
    {
        await running.DecideAsync(Visitor(n), yes: true);
        await running.SameAsync(Name);
        await running.CompareAsync(Name);
    }

    private static string Visitor(int n) => $"{n:x32}";

    private async Task<ConsentWithSubscribers> FilledAsync()
    {
        var running = _running = await ConsentWithSubscribers.StartAsync(_data.Path, Name);
        await running.PublishAsync(TestSite.Declaration());
        await running.LoadedAsync(Name);
        await Task.WhenAll(Enumerable.Range(0, Visitors).Select(n => running.DecideAsync(Visitor(n), yes: n % 2 == 0)));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => running.DecideAsync(Visitor(n), yes: n % 2 == 1)));
        await running.EraseAsync(Visitor(Visitors - 1));
        await running.SameAsync(Name);
        return running;
    }
}
