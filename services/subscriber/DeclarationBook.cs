using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Consent.Subscriber;

/// <summary>
/// The declarations that one service has heard of, kept in its own file and in memory; which is in force, <see cref="DeclarationHistory"/> says.
/// Registered per service name by <see cref="SubscriberRegistration.AddDeclarationBook"/>.
/// </summary>
public sealed class DeclarationBook : IDeclarations
{
    private readonly SubscriberStore _store;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, DeclarationHistory> _bySite = new(StringComparer.Ordinal);

    internal DeclarationBook(SubscriberStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        using var db = _store.Open();
        foreach (var held in db.Declarations.AsNoTracking()) Remember(ContractJson.Read<PublishedDeclaration>(held.Body));
    }

    public IReadOnlyCollection<string> Sites => [.. _bySite.Keys.Order(StringComparer.Ordinal)];

    public PublishedDeclaration? InForce(string site) => Of(site).Current(_time.Now());

    public PublishedDeclaration? ByHash(string site, string hash) => Of(site).ByHash(hash);

    public DeclarationHistory Of(string site) => _bySite.GetValueOrDefault(site) ?? DeclarationHistory.Empty;

    /// <summary>Whether a declaration of the site was ever heard.</summary>
    internal bool IsKnown(string site) => _bySite.ContainsKey(site);

    /// <summary>Whether a site concerns who names these purposes: it declares one of them, in any version, or is not known yet.</summary>
    internal bool Concerns(string site, IReadOnlyList<string>? purposes) =>
        purposes is null || !_bySite.TryGetValue(site, out var history) || purposes.Any(history.EverDeclared);

    /// <summary>Keeps a declaration; completes when it is on the disk. The same one again changes nothing.</summary>
    internal async Task KeepAsync(PublishedDeclaration declaration, CancellationToken cancel)
    {
        await _store.WriteAsync(writer => writer.Keep(declaration), cancel);
        Remember(declaration);
    }

    private void Remember(PublishedDeclaration declaration) =>
        _bySite.AddOrUpdate(
            declaration.Declaration.Site, DeclarationHistory.Empty.With(declaration), (_, versions) => versions.With(declaration));
}
