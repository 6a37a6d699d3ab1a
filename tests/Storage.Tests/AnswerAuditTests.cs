using Consent.Contracts;

namespace Consent.Storage.Tests;

/// <summary>Audit reads a ledger behind its cursor, and once more from the beginning when the ledger may have gone back.</summary>
public sealed class AnswerAuditTests : IDisposable
{
    private readonly LedgerHarness _service = new(null);

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Page_SaysWhereItBegins_AndInWhichEpoch()
    {
        await CloseTwoAsync();

        var all = await AskAsync(0, null);
        var rest = await AskAsync(1, _service.Log.Epoch);
        var none = await AskAsync(2, _service.Log.Epoch);

        Assert.Equal((_service.Log.Epoch, 0L, 2L, 2), Told(all));
        Assert.Equal((_service.Log.Epoch, 1L, 2L, 1), Told(rest));
        Assert.Equal((_service.Log.Epoch, 2L, 2L, 0), Told(none));
    }

    [Fact]
    public async Task Question_OfAnEpochBeforeARestore_IsAnsweredFromTheBeginning()
    {
        await CloseTwoAsync();
        var before = _service.Log.Epoch;
        var since = ((SqliteRecordLog)_service.Log).RaiseEpoch();

        // It has passed more than the restored ledger holds.
        var page = await AskAsync(700, before);

        Assert.Equal((since, 0L, 2L, 2), Told(page));
        Assert.Equal((since, 2L, 2L, 0), Told(await AskAsync(2, since)));
    }

    private static (int Epoch, long After, long Through, int Closed) Told(LedgerPage page) => (page.Epoch!.Value, page.After!.Value, page.Through, page.Closed.Count);

    private async Task CloseTwoAsync()
    {
        await _service.AnnounceAsync("newsletter");
        foreach (var id in new[] { "r1", "r2" })
        {
            await _service.AppendAsync(id, 1, id);
            await _service.ApplyAsync("newsletter", id);
        }
    }

    private async Task<LedgerPage> AskAsync(long after, int? epoch)
    {
        await new AnswerAudit("pub", _service.Log, _service.Ledger, _service.Transport).HandleAsync(new LedgerRequested("q", "pub", after, epoch), CancellationToken.None);
        return ContractJson.Read<LedgerPage>(_service.Transport.Events[^1].Body.Span);
    }
}
