using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>
/// Every published declaration: records of the service's log, in streams <c>declaration/{site}</c>, held in memory as well because
/// each request reads them. Knows what this process published; it is loaded at start.
/// </summary>
internal sealed class DeclarationLog([FromKeyedServices(ConsentSetup.Service)] IRecordLog log, TimeProvider time) : IDeclarations
{
    public const string Kind = "declaration";
    private const string Prefix = "declaration/";
    private readonly ConcurrentDictionary<string, IReadOnlyList<PublishedDeclaration>> _bySite = [];

    /// <summary>Whether a stream of the service's log is one of declarations: those name nobody.</summary>
    public static bool IsStream(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    public IReadOnlyCollection<string> Sites => [.. _bySite.Keys.Order(StringComparer.Ordinal)];

    public PublishedDeclaration? InForce(string site) => Versions(site) is [.., var newest] ? newest : null;

    public PublishedDeclaration? ByHash(string site, string hash) => Versions(site).FirstOrDefault(d => d.Hash == hash);

    public PublishedDeclaration? ByVersion(string site, int version) => Versions(site).FirstOrDefault(d => d.Version == version);

    /// <summary>Whether any version of the site's declaration knew this purpose or topic: a "no" to it can be attributed.</summary>
    public bool EverDeclared(string site, string id) => Versions(site).Any(d => d.Declaration.PurposeBehind(id) is not null);

    public async Task LoadAsync(CancellationToken cancel)
    {
        await foreach (var newest in log.StreamsAsync(Prefix, cancel)) await LoadAsync(newest.Stream, cancel);
    }

    /// <summary>Appends it under the site's next version, unless it is what is in force already.</summary>
    public async Task<(PublishedDeclaration Published, bool IsNew)> PublishAsync(Declaration declaration)
    {
        var hash = PublishedDeclaration.HashOf(declaration);
        while (true)
        {
            var current = InForce(declaration.Site);
            if (current?.Hash == hash) return (current, false);
            var next = new PublishedDeclaration((current?.Version ?? 0) + 1, hash, time.Now(), declaration);
            var outcome = await log.AppendAsync(new NewRecord
            {
                Stream = Prefix + declaration.Site,
                Version = next.Version,
                Kind = Kind,
                RecordedAt = next.PublishedAt,
                Payload = ContractJson.Write(next),
            });
            await LoadAsync(Prefix + declaration.Site, CancellationToken.None);
            if (outcome is AppendOutcome.Appended) return (next, true);
        }
    }

    private async Task LoadAsync(string stream, CancellationToken cancel)
    {
        var history = await log.HistoryAsync(stream, cancel);
        IReadOnlyList<PublishedDeclaration> versions = [.. history.Select(r => r.Read<PublishedDeclaration>())];
        _bySite.AddOrUpdate(stream[Prefix.Length..], versions, (_, held) => held.Count > versions.Count ? held : versions);
    }

    private IReadOnlyList<PublishedDeclaration> Versions(string site) => _bySite.GetValueOrDefault(site) ?? [];
}
