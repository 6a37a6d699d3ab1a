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
    private readonly ConcurrentDictionary<string, DeclarationHistory> _bySite = [];

    /// <summary>Whether a stream of the service's log is one of declarations: those name nobody.</summary>
    public static bool IsStream(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    public IReadOnlyCollection<string> Sites => [.. _bySite.Keys.Order(StringComparer.Ordinal)];

    public PublishedDeclaration? InForce(string site) => Of(site).Current(time.Now());

    public PublishedDeclaration? ByHash(string site, string hash) => Of(site).ByHash(hash);

    /// <summary>Every version of the site, also those whose time has not come; empty for an unknown site.</summary>
    public DeclarationHistory Of(string site) => _bySite.GetValueOrDefault(site) ?? DeclarationHistory.Empty;

    public async Task LoadAsync(CancellationToken cancel)
    {
        await foreach (var newest in log.StreamsAsync(Prefix, cancel)) await LoadAsync(newest.Stream, cancel);
    }

    /// <summary>Appends it under the site's next version, unless it is the newest already.</summary>
    public async Task<(PublishedDeclaration Published, bool IsNew)> PublishAsync(Declaration declaration)
    {
        var hash = PublishedDeclaration.HashOf(declaration);
        while (true)
        {
            var current = Of(declaration.Site).Newest;
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
            await LoadAsync(Prefix + declaration.Site, CancellationToken.None);
            if (outcome is AppendOutcome.Appended) return (next, true);
        }
    }

    private async Task LoadAsync(string stream, CancellationToken cancel)
    {
        var history = await log.HistoryAsync(stream, cancel);
        var versions = history.Select(r => r.Read<PublishedDeclaration>()).Aggregate(DeclarationHistory.Empty, (all, one) => all.With(one));
        _bySite.AddOrUpdate(stream[Prefix.Length..], versions, (_, held) => held.Versions.Count > versions.Versions.Count ? held : versions);
    }
}
