using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Authorization;

namespace Consent.Gateway;

/// <summary>
/// A token opens the things of its own controller: on a route with <c>{site}</c> that takes a token, another controller's site is
/// answered as one that does not exist. A route may say (metadata <c>NewSite</c>) that its site need not exist yet.
/// </summary>
internal static class CheckTenant
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var refusal = await RefusalAsync(context);
        if (refusal is null) await next(context);
        else await refusal.ExecuteAsync(context);
    }

    private static async Task<IResult?> RefusalAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null) return null;
        if (context.GetRouteValue("site") is not string site || Tenancy.Allows(context.User, site, controller: null)) return null;
        if (!context.User.HasClaim(claim => claim.Type == "controller")) return Problems.UnknownSite();
        try
        {
            var controller = await context.RequestServices.GetRequiredService<SiteDirectory>().ControllerOfAsync(site, context.RequestAborted);
            if (controller is null) return MayBeNew(context) ? null : Problems.UnknownSite();
            return Tenancy.Allows(context.User, site, controller) ? null : Problems.UnknownSite();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            return AnswerForBackend.Unavailable(context);
        }
    }

    private static bool MayBeNew(HttpContext context) =>
        context.GetReverseProxyFeature().Route.Config.Metadata?.ContainsKey("NewSite") == true;
}
