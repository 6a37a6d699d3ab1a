using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>
/// Every published declaration: records of the service's log, in streams <c>declaration/{site}</c>, held in memory as well because
/// each request reads them. What another replica publishes is read from the log soon after (<see cref="FollowDeclarations"/>), and
/// at once when a request speaks of it (<see cref="CatchUpForAsync"/>).
/// </summary>
internal sealed class DeclarationLog([FromKeyedServices(ConsentSetup.Service)] IRecordLog log, TimeProvider time) : IDeclarations
{
    public const string Kind = "declaration";
    public const string Prefix = "declaration/";
    private const int PageSize = 100;
    private readonly Lock _gate = new();
    private ConcurrentDictionary<string, DeclarationHistory> _bySite = [];
    private long _through;
    private int _epoch = log.Epoch;

    /// <summary>Whether a stream of the service's log is one of declarations: those name nobody.</summary>
    public static bool IsStream(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    public IReadOnlyCollection<string> Sites => [.. _bySite.Keys.Order(StringComparer.Ordinal)];

    public PublishedDeclaration? InForce(string site) => Of(site).Current(time.Now());

    public PublishedDeclaration? ByHash(string site, string hash) => Of(site).ByHash(hash);

    /// <summary>Every version of the site, also those whose time has not come; empty for an unknown site.</summary>
    public DeclarationHistory Of(string site) => _bySite.GetValueOrDefault(site) ?? DeclarationHistory.Empty;

    /// <summary>Reads what the log has more than what is held; costs one small query when that is nothing. Holds all that was published before the call.</summary>
    public async Task CatchUpAsync(CancellationToken cancel)
    {
        var epoch = log.Epoch;
        if (epoch != Volatile.Read(ref _epoch))
        {
            await ReadAnewAsync(epoch, cancel);
            return;
        }

        // From the beginning at the start, and from what was read last afterwards: nothing can lie between. Read twice is harmless.
        for (var after = Volatile.Read(ref _through); ;)
        {
            var page = await log.NamedFeedAsync(Prefix, after, PageSize, cancel);
            foreach (var record in page.Where(r => r.Kind == Kind)) Hold(record.Read<PublishedDeclaration>());
            if (page.Count > 0) MoveTo(after = page[^1].Position);
            if (page.Count < PageSize) return;
        }
    }

    /// <summary>Some of what is held was lost, as when a database fails over to a replica that lagged: what is left is in the place of it, all at once.</summary>
    private async Task ReadAnewAsync(int epoch, CancellationToken cancel)
    {
        var (left, through) = (new ConcurrentDictionary<string, DeclarationHistory>(StringComparer.Ordinal), 0L);
        while (await log.NamedFeedAsync(Prefix, through, PageSize, cancel) is { Count: > 0 } page)
        {
            foreach (var record in page.Where(r => r.Kind == Kind)) Hold(left, record.Read<PublishedDeclaration>());
            through = page[^1].Position;
        }

        lock (_gate)
        {
            if (_epoch >= epoch) return;
            _bySite = left;
            Volatile.Write(ref _through, through);
            Volatile.Write(ref _epoch, epoch);
        }
    }

    /// <summary>
    /// To be called before a request is decided on that speaks of a declaration, or of purposes and topics: what is unknown here may have
    /// been published by another replica a moment ago. Looks into the log only where something is unknown.
    /// </summary>
    public Task CatchUpForAsync(string site, string? hash, IEnumerable<string> ids, CancellationToken cancel)
    {
        var held = Of(site);
        return log.Epoch == Volatile.Read(ref _epoch) && held.Newest is not null && (hash is null || held.ByHash(hash) is not null) && ids.All(held.EverDeclared) ? Task.CompletedTask : CatchUpAsync(cancel);
    }

    /// <summary>Appends it under the site's next version, unless it is the newest already.</summary>
    /// <param name="mayFollow">Asked of the newest version, null for none, which may be another's that came between; then nothing is published.</param>
    /// <returns>Null when it may not follow.</returns>
    public async Task<(PublishedDeclaration Published, bool IsNew)?> PublishAsync(Declaration declaration, Func<PublishedDeclaration?, bool> mayFollow)
    {
        var hash = PublishedDeclaration.HashOf(declaration);
        while (true)
        {
            await CatchUpAsync(CancellationToken.None);
            var current = Of(declaration.Site).Newest;
            if (!mayFollow(current)) return null;
            if (current?.Hash == hash) return (current, false);
            var next = PublishedDeclaration.After(current, declaration, time.Now());
            var outcome = await log.AppendAsync(new NewRecord
            {
                Stream = Prefix + declaration.Site,
                Version = next.Version,
                Kind = Kind,
                RecordedAt = next.PublishedAt,
                Payload = ContractJson.Write(next),
            });
            if (outcome is not AppendOutcome.Appended) continue;
            Hold(next);
            return (next, true);
        }
    }

    private void Hold(PublishedDeclaration one) => Hold(_bySite, one);

    private static void Hold(ConcurrentDictionary<string, DeclarationHistory> bySite, PublishedDeclaration one) =>
        bySite.AddOrUpdate(one.Declaration.Site, DeclarationHistory.Empty.With(one), (_, held) => held.With(one));

    private void MoveTo(long position)
    {
        for (var held = Volatile.Read(ref _through); held < position;)
        {
            var found = Interlocked.CompareExchange(ref _through, position, held);
            if (found == held) return;
            held = found;
        }
    }
}
