using Consent.ServiceDefaults;

namespace Consent.Audit.Holds;

/// <summary>The routes of a privacy officer. No person stands in a URL: he is named in the body, and in answers by keyed hashes.</summary>
internal static class HoldRoutes
{
    public const string Scope = Authentication.PrivacyOfficer;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var officer = endpoints.MapGroup("/v1/audit").RequireScope(Scope).AddEndpointFilter(AnswerNotKeptAsync);
        officer.MapPost("/holds", PlaceHold.HoldAsync);
        officer.MapPost("/restrictions", PlaceHold.RestrictAsync);
        officer.MapGet("/holds", ListHolds.OfHoldsAsync);
        officer.MapGet("/restrictions", ListHolds.OfRestrictionsAsync);
        officer.MapDelete("/holds/{id}", LiftHold.OfHoldAsync);
        officer.MapDelete("/restrictions/{id}", LiftHold.OfRestrictionAsync);
        officer.MapPost("/trace", ReadTrace.AskedAsync);
    }

    private static async ValueTask<object?> AnswerNotKeptAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (HoldsNotKeptException)
        {
            return Problems.Because(
                503, "hold-not-kept", "It cannot be kept outside of the data, where no restore of a backup reaches.",
                "Have an operator make the folder that Audit:Checkpoints names writable, and send it again: what is not kept there is neither placed nor lifted.");
        }
    }
}
