using Consent.Contracts;

namespace Consent.ServiceDefaults;

/// <summary>
/// The declarations that a service holds, in memory, read on every request. In the consent service these come from its log, in
/// every other service from <see cref="DeclarationPublished"/>. Registered per service name, as a keyed singleton, because the
/// one-process host holds several.
/// </summary>
public interface IDeclarations
{
    IReadOnlyCollection<string> Sites { get; }

    /// <summary>The declaration of the site that is in force now; null for a site that this service has not heard of.</summary>
    PublishedDeclaration? InForce(string site);

    /// <summary>
    /// Every version of the site that this service has heard of, also those whose time has not come; empty for an unknown site. Who
    /// holds one version only has that one.
    /// </summary>
    DeclarationHistory Of(string site) => InForce(site) is { } only ? DeclarationHistory.Empty.With(only) : DeclarationHistory.Empty;

    /// <summary>Any published version of the site, by its hash.</summary>
    PublishedDeclaration? ByHash(string site, string hash);
}
