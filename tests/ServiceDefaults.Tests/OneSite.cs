using Consent.Contracts;

namespace Consent.ServiceDefaults.Tests;

internal sealed class OneSite(PublishedDeclaration only) : IDeclarations
{
    public IReadOnlyCollection<string> Sites => [only.Declaration.Site];

    public PublishedDeclaration? InForce(string site) => site == only.Declaration.Site ? only : null;

    public PublishedDeclaration? ByHash(string site, string hash) => InForce(site) is { } found && found.Hash == hash ? found : null;
}
