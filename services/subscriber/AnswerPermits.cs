using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Subscriber;

public sealed record PermitAnswer(string Site, string Purpose, bool Permitted, string Reason);

public static class AnswerPermits
{
    /// <summary>
    /// <c>GET /v1/subscribers/{service}/sites/{site}/permits/{purpose}</c> with the header <c>Consent-Subject</c>: what this
    /// subscriber would do now, by its own state. The subject stands in a header, since paths end up in logs.
    /// </summary>
    public static RouteHandlerBuilder MapSubscriberPermits(this IEndpointRouteBuilder endpoints, string service)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var state = endpoints.ServiceProvider.GetRequiredKeyedService<SubscriberState>(service);
        var declarations = endpoints.ServiceProvider.GetRequiredKeyedService<IDeclarations>(service);
        return endpoints.MapGet($"/v1/subscribers/{service}/sites/{{site}}/permits/{{**purpose}}", Answer).RequireScope("consent");

        // The id of a topic on a channel has a slash.
        IResult Answer(string site, string? purpose, HttpContext context)
        {
            purpose = Uri.UnescapeDataString(purpose ?? "");
            if (declarations.Open(context.User, site) is not { } inForce) return Problems.UnknownSite();
            var subject = context.Request.Headers["Consent-Subject"].ToString();
            if (!SubjectId.IsValid(subject)) return InvalidSubject();
            if (inForce.Declaration.PurposeBehind(purpose) is null)
                return Problems.Because(404, "unknown-purpose", "The declaration has no such purpose or topic.",
                    $"Use a purpose or topic id of the site's declaration; '{Problems.Shown(purpose)}' is none of them.");
            context.Response.Headers.CacheControl = "no-store";
            var (permitted, reason) = state.IsPermitted(site, subject, purpose);
            return TypedResults.Ok(new PermitAnswer(site, purpose, permitted, reason));
        }
    }

    private static ProblemHttpResult InvalidSubject() => Problems.Because(400, "subject-id", "The subject id is missing or malformed.",
        "Send the header Consent-Subject with one subject id: a visitor id or an address id.");
}
