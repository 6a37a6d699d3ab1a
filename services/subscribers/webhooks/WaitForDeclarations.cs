using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.EntityFrameworkCore;

namespace Consent.Webhooks;

/// <summary>
/// A change on a declaration that has not been heard of yet waits here, on disk, and goes into the queues when that has come. It is acknowledged
/// meanwhile, so that a page of what was before, whose declarations may lie on a later one, is not failed by it. A newer change or an
/// erasure takes its place.
/// </summary>
internal sealed class WaitForDeclarations(
    WebhookStore store, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, WakeUp wakeUp, WebhookSettings settings, TimeProvider time,
    ILogger<WaitForDeclarations> log) : BackgroundService
{
    /// <summary>Longer than this is an alarm: the declaration may be lost.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private const int AtOnce = 200;

    /// <summary>The declaration by which the state is told; null while one on which the person decided has not been heard of.</summary>
    public static PublishedDeclaration? Find(IDeclarations declarations, string site, int? version, string? hash) =>
        declarations.InForce(site) is { } inForce && (version <= inForce.Version || hash is null || declarations.ByHash(site, hash) is not null) ? inForce : null;

    /// <summary>What was not delivered before it may still be. Part of a transaction.</summary>
    public static void Put(WebhookDb db, ConsentChanged e, string stream, DateTimeOffset now)
    {
        var (receipt, body) = (e.Receipt, ContractJson.Write(e));
        db.Database.ExecuteSql(
            $"""
            INSERT INTO waiting (stream, event, site, version, declaration, since, body)
            VALUES ({stream}, {e.Id}, {receipt.Site}, {receipt.DeclarationVersion}, {receipt.Declaration}, {now.ToUnixTimeMilliseconds()}, {body})
            ON CONFLICT (stream) DO UPDATE SET event = excluded.event, version = excluded.version, declaration = excluded.declaration, since = excluded.since, body = excluded.body
            """);
    }

    public static long OverdueOf(WebhookStore store, DateTimeOffset now)
    {
        var before = (now - Patience).ToUnixTimeMilliseconds();
        using var db = store.Open();
        return db.Waiting.LongCount(w => w.Since < before);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.LookEvery, time);
        do
        {
            try
            {
                while (await SendKnownAsync(stoppingToken) > 0) { }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Changes that wait for a declaration could not be looked through ({Kind}); it is tried again.", e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> SendKnownAsync(CancellationToken cancel)
    {
        List<WaitingRow> known = [];
        using (var db = store.Open())
        {
            foreach (var wanted in db.Waiting.Select(w => new { w.Site, w.Version, w.Declaration }).Distinct().ToList())
            {
                if (Find(declarations, wanted.Site, wanted.Version, wanted.Declaration) is null) continue;
                known.AddRange(db.Waiting.Where(w => w.Site == wanted.Site && w.Version == wanted.Version && w.Declaration == wanted.Declaration).OrderBy(w => w.Since).Take(AtOnce));
            }
        }
        if (known.Count == 0) return 0;
        var moved = await Task.WhenAll(known.Select(row => SendAsync(row, cancel)));
        wakeUp.Call();
        return moved.Count(isMoved => isMoved);
    }

    private async Task<bool> SendAsync(WaitingRow row, CancellationToken cancel)
    {
        if (Find(declarations, row.Site, row.Version, row.Declaration) is not { } inForce) return false;
        var now = time.Now();
        var told = WebhookEvents.OfChange(ContractJson.Read<ConsentChanged>(row.Body), inForce, now);
        return await store.WriteAsync(
            db =>
            {
                // A newer one may have taken its place meanwhile.
                if (!db.Waiting.Any(w => w.Stream == row.Stream && w.Event == row.Event)) return false;
                DeliveryQueue.Supersede(db, row.Stream, now);
                DeliveryQueue.Add(db, told, row.Stream, now);
                return true;
            },
            cancel);
    }
}
