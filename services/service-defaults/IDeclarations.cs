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

    /// <summary>Any published version of the site, by its hash.</summary>
    PublishedDeclaration? ByHash(string site, string hash);
}
