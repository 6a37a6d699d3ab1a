using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.ConsentService;

/// <summary><c>PUT /v1/sites/{site}/declaration</c>: YAML or JSON becomes the site's next version, unless it is the one in force.</summary>
internal static class PublishDeclaration
{
    private const int LargestBody = 1024 * 1024;

    /// <summary>What answers have beside the declaration's own members: who edits an answer and sends it again need not take them out.</summary>
    private static readonly string[] _added = ["version", "hash", "publishedAt", "meanings", "difference"];

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPut("/v1/sites/{site}/declaration", HandleAsync).RequireScope("consent");

    private static async Task<IResult> HandleAsync(string site, HttpContext http, DeclarationLog declarations)
    {
        await declarations.CatchUpAsync(http.RequestAborted);
        var current = declarations.InForce(site);
        if (current is not null && declarations.Open(http.User, site) is null) return Problems.UnknownSite();

        var (declaration, problem) = await ReadAsync(site, http.Request);
        if (declaration is null) return problem!;

        var controller = declaration.Controller.Id;
        if (!Tenancy.Allows(http.User, site, controller)) return Problems.UnknownSite();
        if (current is not null && current.Declaration.Controller.Id != controller && !http.User.HasScope(Authentication.Admin))
            return Invalid(422, [new DeclarationFault("/controller/id", "Keep the controller's id: only an admin hands a site over.")]);

        // Whose site it is may have changed since, or have been settled by another who published it first.
        bool MayFollow(PublishedDeclaration? newest) =>
            newest is null || newest.Declaration.Controller.Id == controller || http.User.HasScope(Authentication.Admin);
        if (await declarations.PublishAsync(declaration, MayFollow) is not (var published, var isNew)) return Problems.UnknownSite();
        var answer = published.ToJson();
        if (isNew && declarations.Of(site).ByVersion(published.Version - 1) is { } before)
            answer["difference"] = JsonSerializer.SerializeToNode(DeclarationDifference.Between(before, published), ContractJson.Options);
        return isNew ? TypedResults.Created($"/v1/sites/{site}/declaration?version={published.Version}", answer) : TypedResults.Ok(answer);
    }

    /// <summary>The declaration in the body, or the problem that the caller should answer: every fault at once.</summary>
    public static async Task<(Declaration? Declaration, IResult? Problem)> ReadAsync(string site, HttpRequest request)
    {
        var (bytes, tooLarge) = await JsonBody.ReadBytesAsync(request, LargestBody);
        if (tooLarge is not null) return (null, tooLarge);
        var (node, unreadable) = ReadDeclaration.Of(bytes.Span, request.ContentType);
        if (unreadable is not null) return (null, Invalid(400, [unreadable]));
        foreach (var member in _added) (node as JsonObject)?.Remove(member);
        var (declaration, faults) = ValidateDeclaration.Of(node);
        if (declaration is null) return (null, Invalid(422, faults));
        return declaration.Site == site ? (declaration, null) : (null, Invalid(422, [new DeclarationFault("/site", "Name the site that stands in the address.")]));
    }

    private static IResult Invalid(int status, IReadOnlyList<DeclarationFault> faults) => Problems.Because(
        status, status == 400 ? "unreadable-declaration" : "invalid-declaration", "The declaration cannot be published.",
        "Mend what is listed under faults, each with its path and reason, and send it again.", new Dictionary<string, object?> { ["faults"] = faults });
}
