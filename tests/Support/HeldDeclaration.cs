using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Tests.Support;

/// <summary>The declarations of a service that knows one site, or none yet.</summary>
public sealed class HeldDeclaration : IDeclarations
{
    public PublishedDeclaration? Current { get; set; }

    public IReadOnlyCollection<string> Sites => Current is null ? [] : [Current.Declaration.Site];

    public PublishedDeclaration? InForce(string site) => Current?.Declaration.Site == site ? Current : null;

    public PublishedDeclaration? ByHash(string site, string hash) => InForce(site)?.Hash == hash ? Current : null;
}
