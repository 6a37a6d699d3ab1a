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

    public PublishedDeclaration? InForce(string site) => _bySite.GetValueOrDefault(site)?.Current(_time.Now());

    public PublishedDeclaration? ByHash(string site, string hash) => _bySite.GetValueOrDefault(site)?.ByHash(hash);

    /// <summary>Keeps a declaration; completes when it is on the disk. The same one again changes nothing.</summary>
    internal async Task KeepAsync(PublishedDeclaration declaration, CancellationToken cancel)
    {
        var site = declaration.Declaration.Site;
        var body = ContractJson.Write(declaration);
        await _store.WriteAsync(db => db.Database.ExecuteSql(
            $"INSERT INTO declarations (site, version, hash, body) VALUES ({site}, {declaration.Version}, {declaration.Hash}, {body}) ON CONFLICT DO NOTHING"), cancel);
        Remember(declaration);
    }

    private void Remember(PublishedDeclaration declaration) =>
        _bySite.AddOrUpdate(
            declaration.Declaration.Site, DeclarationHistory.Empty.With(declaration), (_, versions) => versions.With(declaration));
}
