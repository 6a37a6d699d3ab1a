using System.Collections.Concurrent;
using System.Collections.Immutable;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace Consent.Subscriber;

/// <summary>
/// The declarations that one service has heard of, kept in its own file and in memory. In force is the highest version of the
/// site, and of two that bear the same version (after a restore of the consent service) the one published later.
/// Registered per service name by <see cref="SubscriberRegistration.AddDeclarationBook"/>.
/// </summary>
public sealed class DeclarationBook : IDeclarations
{
    private readonly SubscriberStore _store;
    private readonly ConcurrentDictionary<string, ImmutableList<PublishedDeclaration>> _bySite = new(StringComparer.Ordinal);

    internal DeclarationBook(SubscriberStore store)
    {
        _store = store;
        using var db = _store.Open();
        foreach (var held in db.Declarations.AsNoTracking()) Remember(ContractJson.Read<PublishedDeclaration>(held.Body));
    }

    public IReadOnlyCollection<string> Sites => [.. _bySite.Keys.Order(StringComparer.Ordinal)];

    public PublishedDeclaration? InForce(string site) => _bySite.TryGetValue(site, out var versions) ? versions[^1] : null;

    public PublishedDeclaration? ByHash(string site, string hash) =>
        _bySite.TryGetValue(site, out var versions) ? versions.FindLast(d => d.Hash == hash) : null;

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
        _bySite.AddOrUpdate(declaration.Declaration.Site, [declaration], (_, versions) => With(versions, declaration));

    private static ImmutableList<PublishedDeclaration> With(ImmutableList<PublishedDeclaration> versions, PublishedDeclaration added) =>
        versions.Exists(d => d.Version == added.Version && d.Hash == added.Hash)
            ? versions
            : [.. versions.Add(added).OrderBy(d => d.Version).ThenBy(d => d.PublishedAt).ThenBy(d => d.Hash, StringComparer.Ordinal)];
}
