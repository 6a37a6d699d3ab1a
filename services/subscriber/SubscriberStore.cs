using Microsoft.EntityFrameworkCore;

namespace Consent.Subscriber;

/// <summary>The file of one subscriber.</summary>
/// <exception cref="InvalidOperationException">The file is of a newer release.</exception>
internal sealed class SubscriberStore(string file) : FileStore<SubscriberDb, SubscriberWriter>(file, SubscriberDb.OptionsFor, SubscriberDb.Schema), ISubscriberStore
{
    /// <summary>Told in one transaction, behind which other writes wait.</summary>
    private const int RowsAtOnce = 500;

    /// <summary>For the writer alone.</summary>
    private Action<IReadOnlyList<ReceiptChange>>? _follower;

    public OtherReplicas? Others => null;

    public HeldReceipt? Find(string site, string subject)
    {
        using var db = Open();
        return db.Receipts.AsNoTracking().FirstOrDefault(r => r.Site == site && r.Subject == subject);
    }

    public IReadOnlyList<HeldReceipt> Find(string site, string[] subjects)
    {
        using var db = Open();
        return [.. db.Receipts.AsNoTracking().Where(r => r.Site == site && EF.Parameter(subjects).Contains(r.Subject))];
    }

    public async Task<int> CountAsync(CancellationToken cancel)
    {
        using var db = Open();
        return await db.Receipts.CountAsync(cancel);
    }

    public async IAsyncEnumerable<HeldReceipt> BetweenAsync(string after, string until, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var db = Open();
        var rows = db.Receipts.AsNoTracking().Where(r => r.Stream!.CompareTo(after) > 0 && r.Stream.CompareTo(until) <= 0);
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancel)) yield return row;
    }

    public IReadOnlyList<HeldDeclaration> Declarations()
    {
        using var db = Open();
        return [.. db.Declarations.AsNoTracking()];
    }

    public async Task CheckAsync(CancellationToken cancel)
    {
        using var db = Open();
        _ = await db.Declarations.AnyAsync(cancel);
    }

    public void WipeDeleted() => EmptyWal();

    /// <summary>By the writer itself, between its commit and its answer.</summary>
    public async Task FollowAsync(Func<string, bool> concerns, Action<IReadOnlyList<ReceiptChange>> told, CancellationToken cancel)
    {
        await WriteAsync(_ => _follower = told, cancel);
        long? after = 0;
        while (after is { } last) after = await WriteAsync(writer => ((SqliteSubscriberWriter)writer).Tell(last, RowsAtOnce, concerns), cancel);
    }

    public ValueTask<bool> CatchUpAsync(CancellationToken cancel) => ValueTask.FromResult(true);

    protected override SubscriberWriter OpenWriter(string connection) => new SqliteSubscriberWriter(connection);

    protected override void OnCommitted(SubscriberWriter writer)
    {
        if (writer.Changes.Count > 0) _follower?.Invoke(writer.Changes);
        writer.Changes.Clear();
    }
}
