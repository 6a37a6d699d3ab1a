using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Subscriber;

/// <summary>
/// The declarations that one service has heard of, kept in its own store and in memory; which is in force, <see cref="DeclarationHistory"/> says.
/// Registered per service name by <see cref="SubscriberRegistration.AddDeclarationBook"/>.
/// </summary>
public sealed class DeclarationBook : IDeclarations
{
    private readonly ISubscriberStore _store;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, DeclarationHistory> _bySite = new(StringComparer.Ordinal);

    private string[] _sites = [];
    private long _read;

    internal DeclarationBook(ISubscriberStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        Remember(Readable(store.Declarations()));
    }

    /// <summary>In their order, which is made anew when there are more: none is ever taken away.</summary>
    public IReadOnlyCollection<string> Sites => _sites is var sites && sites.Length == _bySite.Count ? sites : _sites = [.. _bySite.Keys.Order(StringComparer.Ordinal)];

    public PublishedDeclaration? InForce(string site) => Of(site).Current(_time.Now());

    public PublishedDeclaration? ByHash(string site, string hash) => Of(site).ByHash(hash);

    public DeclarationHistory Of(string site) => _bySite.GetValueOrDefault(site) ?? DeclarationHistory.Empty;

    /// <summary>Whether a site concerns who names these purposes: it declares one of them, in any version, or is not known yet.</summary>
    internal bool Concerns(string site, IReadOnlyList<string>? purposes) =>
        purposes is null || !_bySite.TryGetValue(site, out var history) || purposes.Any(history.EverDeclared);

    /// <summary>
    /// What declarations that are about to be kept mean for who names these purposes: sites of which something is missing then, because
    /// they did not concern him so far and may have been there before; and sites that do not concern him.
    /// </summary>
    /// <param name="unread">What other replicas have kept, and is not in force here yet.</param>
    internal (IReadOnlyList<string> Missing, IReadOnlyList<string> Foreign) Weigh(
        IReadOnlyList<PublishedDeclaration> declarations, IReadOnlyList<PublishedDeclaration> unread, IReadOnlyList<string>? purposes)
    {
        var (missing, foreign) = (new List<string>(), new List<string>());
        if (purposes is null) return (missing, foreign);
        foreach (var site in declarations.GroupBy(d => d.Declaration.Site, StringComparer.Ordinal))
        {
            var before = unread.Where(d => d.Declaration.Site == site.Key).Aggregate(Of(site.Key), (all, one) => all.With(one));
            var after = site.Aggregate(before, (all, one) => all.With(one));
            if (!purposes.Any(after.EverDeclared)) foreign.Add(site.Key);
            else if (!purposes.Any(before.EverDeclared) && !(before.Versions.Count == 0 && IsFromItsBeginning(after, purposes))) missing.Add(site.Key);
        }

        return (missing, foreign);
    }

    /// <summary>Keeps declarations; completes when they are on the disk. The same ones again change nothing.</summary>
    internal async Task KeepAsync(IReadOnlyList<PublishedDeclaration> declarations, CancellationToken cancel)
    {
        await _store.WriteAsync(writer => declarations.Sum(one => writer.Keep(one)), cancel);
        Remember(declarations);
    }

    /// <summary>What other replicas have kept since this was read last; for the writer. Everything, when anything is new: declarations are few.</summary>
    internal (long Through, IReadOnlyList<PublishedDeclaration> Declarations) Unread(SubscriberWriter writer)
    {
        var through = writer.Declared();
        return (through, through == Volatile.Read(ref _read) ? [] : Readable(writer.Declarations()));
    }

    internal async Task RefreshAsync(CancellationToken cancel) => Remember(await _store.WriteAsync(Unread, cancel));

    internal void Remember((long Through, IReadOnlyList<PublishedDeclaration> Declarations) unread)
    {
        Remember(unread.Declarations);
        Volatile.Write(ref _read, unread.Through);
    }

    /// <summary>They are in the store.</summary>
    internal void Remember(IEnumerable<PublishedDeclaration> declarations)
    {
        foreach (var declaration in declarations) Remember(declaration);
    }

    private static List<PublishedDeclaration> Readable(IEnumerable<HeldDeclaration> rows) => [.. rows.Select(HeldDeclarations.Read).OfType<PublishedDeclaration>()];

    private static bool IsFromItsBeginning(DeclarationHistory history, IReadOnlyList<string> purposes) =>
        history.Versions[0] is { Version: 1 } first && purposes.Any(purpose => first.Declaration.PurposeBehind(purpose) is not null);

    private void Remember(PublishedDeclaration declaration) =>
        _bySite.AddOrUpdate(
            declaration.Declaration.Site, DeclarationHistory.Empty.With(declaration), (_, versions) => versions.With(declaration));
}
