using System.Security.Claims;
using Consent.ServiceDefaults;

namespace Consent.Webhooks;

/// <summary><c>/v1/webhooks/endpoints</c>: makes, lists, shows, changes and deletes endpoints of the sites that the token opens.</summary>
internal static class ManageEndpoints
{
    private const int LargestBody = 8 * 1024;
    private const string Path = "/v1/webhooks/endpoints";

    private sealed record ListAnswer(IReadOnlyList<EndpointAnswer> Endpoints);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(Path, CreateAsync).RequireScope("consent");
        endpoints.MapGet(Path, List).RequireScope("consent");
        endpoints.MapGet($"{Path}/{{id}}", Show).RequireScope("consent");
        endpoints.MapPut($"{Path}/{{id}}", ChangeAsync).RequireScope("consent");
        endpoints.MapDelete($"{Path}/{{id}}", DeleteAsync).RequireScope("consent");
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, ClaimsPrincipal user, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, EndpointBook book,
        WebhookSettings settings, CancellationToken cancel)
    {
        var (body, problem) = await JsonBody.ReadAsync<EndpointRequest>(context.Request, LargestBody);
        if (body is null) return problem!;
        if (declarations.Open(user, body.Site ?? "") is not { } inForce) return Problems.UnknownSite();
        var (url, mode, wrong) = body.Check(settings);
        if (url is null) return wrong!;
        if (await book.CreateAsync(inForce.Declaration.Site, url, mode, body.Description, cancel) is not var (endpoint, secret))
            return Problems.Because(409, "too-many-endpoints", "The site has too many webhook endpoints.",
                $"Delete one that is not used any more: a site has at most {EndpointBook.MostPerSite}.");
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"{Path}/{endpoint.Id}", EndpointAnswer.Of(endpoint, null, secret));
    }

    private static IResult List(ClaimsPrincipal user, string? site, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, EndpointBook book, WebhookStore store)
    {
        var figures = WatchDeliveries.Figures(store).ToDictionary(f => f.Endpoint);
        return TypedResults.Ok(new ListAnswer(
        [
            .. book.All().Where(e => (site is null || e.Site == site) && declarations.Open(user, e.Site) is not null)
                .Select(e => EndpointAnswer.Of(e, figures.GetValueOrDefault(e.Id))),
        ]));
    }

    private static IResult Show(string id, ClaimsPrincipal user, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, EndpointBook book, WebhookStore store) =>
        book.Open(declarations, user, id) is { } endpoint
            ? TypedResults.Ok(EndpointAnswer.Of(endpoint, WatchDeliveries.Figures(store).FirstOrDefault(f => f.Endpoint == id)))
            : EndpointTenancy.Unknown();

    /// <summary>Address, mode and description anew; the site stays. What is under way goes on; what is due next goes to the new address.</summary>
    private static async Task<IResult> ChangeAsync(
        string id, HttpContext context, ClaimsPrincipal user, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, EndpointBook book,
        WebhookSettings settings, CancellationToken cancel)
    {
        if (book.Open(declarations, user, id) is null) return EndpointTenancy.Unknown();
        var (body, problem) = await JsonBody.ReadAsync<EndpointRequest>(context.Request, LargestBody);
        if (body is null) return problem!;
        var (url, mode, wrong) = body.Check(settings);
        if (url is null) return wrong!;
        await book.UpdateAsync(id, url, mode, body.Description, cancel);
        return book.Find(id) is { } changed ? TypedResults.Ok(EndpointAnswer.Of(changed)) : EndpointTenancy.Unknown();
    }

    private static async Task<IResult> DeleteAsync(
        string id, ClaimsPrincipal user, [FromKeyedServices(WebhooksSetup.Service)] IDeclarations declarations, EndpointBook book, CancellationToken cancel)
    {
        if (book.Open(declarations, user, id) is null) return EndpointTenancy.Unknown();
        await book.DeleteAsync(id, cancel);
        return TypedResults.NoContent();
    }
}
