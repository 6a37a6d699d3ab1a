using System.Security.Claims;

namespace Consent.ServiceDefaults;

/// <summary>
/// Whose things a token opens. Claims: <c>site</c> (zero or more site ids), <c>controller</c> (zero or more controller ids, or
/// <c>*</c>); scope <c>admin</c> opens everything. What a token does not open is answered as if it were not there (404).
/// </summary>
public static class Tenancy
{
    public static bool Allows(ClaimsPrincipal user, string site, string? controller)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.HasScope(Authentication.Admin)
            || user.HasClaim("site", site)
            || user.HasClaim("controller", "*")
            || (controller is not null && user.HasClaim("controller", controller));
    }

    /// <summary>The site's declaration in force, when the service knows the site and the token opens it; else null.</summary>
    public static Contracts.PublishedDeclaration? Open(this IDeclarations declarations, ClaimsPrincipal user, string site)
    {
        ArgumentNullException.ThrowIfNull(declarations);
        var found = declarations.InForce(site);
        return found is not null && Allows(user, site, found.Declaration.Controller.Id) ? found : null;
    }
}
