using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ServiceDefaults;

/// <summary>
/// Cross-origin requests from a site's own pages: the origins that its declaration lists and no others, never with credentials.
/// The route must have a <c>{site}</c>.
/// </summary>
public static class SiteCors
{
    internal const string PolicyName = "site";

    /// <param name="service">Whose declarations to ask: the key of a registered <see cref="IDeclarations"/>.</param>
    public static TBuilder RequireSiteCors<TBuilder>(this TBuilder endpoints, string service) where TBuilder : IEndpointConventionBuilder
    {
        endpoints.RequireCors(PolicyName);
        endpoints.WithMetadata(new DeclarationsOf(service));
        return endpoints;
    }

    /// <summary>Refuses a page of an undeclared origin; null when the origin is declared, or when no browser speaks.</summary>
    public static ProblemHttpResult? ForeignOrigin(HttpRequest request, Contracts.Declaration declaration)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(declaration);
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || declaration.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase)
            ? null
            : Problems.Because(403, "foreign-origin", "This page does not belong to the site.",
                "Add the page's origin to the origins of the site's declaration, or call from one that is listed there.");
    }

    internal sealed record DeclarationsOf(string Service);

    internal sealed class PolicyProvider : ICorsPolicyProvider
    {
        private static readonly CorsPolicy Nobody = new();
        private static readonly ConditionalWeakTable<Contracts.Declaration, CorsPolicy> Policies = [];

        public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
        {
            var service = context.GetEndpoint()?.Metadata.GetMetadata<DeclarationsOf>()?.Service;
            var site = context.GetRouteValue("site") as string;
            // No policy of ours: the gateway passes a preflight on to the service that has one.
            if (service is null) return Task.FromResult<CorsPolicy?>(null);
            if (site is null) return Task.FromResult<CorsPolicy?>(Nobody);
            var known = context.RequestServices.GetRequiredKeyedService<IDeclarations>(service).InForce(site);
            if (known is null) return Task.FromResult<CorsPolicy?>(Nobody);
            return Task.FromResult<CorsPolicy?>(Policies.GetValue(known.Declaration, Of));
        }

        private static CorsPolicy Of(Contracts.Declaration declaration) => new CorsPolicyBuilder([.. declaration.Origins])
            .WithMethods("GET", "POST")
            .WithHeaders("Content-Type", "Consent-Subject", "Idempotency-Key")
            .WithExposedHeaders("Location")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))
            .Build();
    }
}
