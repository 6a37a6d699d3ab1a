using System.Text;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Consent.ServiceDefaults.Development;

/// <summary>
/// Sign-in of people by OpenID Connect's code flow with PKCE, on one's own machine: <c>GET …/authorize</c> asks for role and controller, its answer is posted to the same address and makes
/// a code for one use within 60 s, <c>POST …/token</c> exchanges that for an id token and an access token. Nobody is asked for a password: who is on the machine is believed.
/// </summary>
internal sealed partial class CodeFlow
{
    /// <summary>As long as a session of the auditors' pages may last, since there are no refresh tokens.</summary>
    private static readonly TimeSpan AccessFor = TimeSpan.FromHours(8);
    private static readonly TimeSpan IdentityFor = TimeSpan.FromMinutes(5);
    private static readonly FormOptions SmallForms = new() { ValueCountLimit = 32, KeyLengthLimit = 100, ValueLengthLimit = 8192 };
    private readonly DevelopmentIssuer _issuer;
    private readonly TimeProvider _time;
    private readonly KeptOnce<AuthorizationRequest> _asked;
    private readonly KeptOnce<AuthorizationGrant> _codes;

    public CodeFlow(DevelopmentIssuer issuer, TimeProvider time)
    {
        (_issuer, _time) = (issuer, time);
        _asked = new KeptOnce<AuthorizationRequest>(TimeSpan.FromMinutes(10), time);
        _codes = new KeptOnce<AuthorizationGrant>(TimeSpan.FromSeconds(60), time);
    }

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet($"{DevelopmentIssuer.Path}/authorize", Ask);
        endpoints.MapPost($"{DevelopmentIssuer.Path}/authorize", AnswerAsync);
        endpoints.MapPost($"{DevelopmentIssuer.Path}/token", ExchangeAsync);
    }

    private IResult Ask(HttpContext http)
    {
        if (!Loopback.Reaches(http)) return Loopback.Refusal();
        var (request, fault) = AuthorizationRequest.Read(http.Request.Query, Loopback.OriginOf(http.Request));
        if (request is not null) return Page(http, StatusCodes.Status200OK, AuthorizePage.Ask(_asked.Keep(request), request), request.ReturnOrigin);
        return fault!.ReturnTo is { } address
            ? TypedResults.Redirect(AuthorizationRequest.AnswerAddress(address, fault.State, ("error", fault.Error), ("error_description", fault.Description)))
            : Page(http, StatusCodes.Status400BadRequest, AuthorizePage.Refused(fault.Description));
    }

    /// <summary>The ticket of the page stands for the request, so that no other page can answer in the person's place.</summary>
    private async Task<IResult> AnswerAsync(HttpContext http, CancellationToken cancel)
    {
        if (!Loopback.Reaches(http)) return Loopback.Refusal();
        if (await FormOfAsync(http.Request, cancel) is not { } form || _asked.Take(form["request"]) is not { } request)
            return Page(http, StatusCodes.Status400BadRequest, AuthorizePage.Refused("This page is out of date: go back to where you came from, and sign in again."));
        if (form["answer"] == "deny")
            return TypedResults.Redirect(AuthorizationRequest.AnswerAddress(request.RedirectUri, request.State, ("error", "access_denied"), ("error_description", "The person did not sign in.")));

        var role = DevelopmentRole.All.FirstOrDefault(r => r.Name == form["role"]);
        var controller = form["controller"].ToString().Trim();
        if (role is null || (controller.Length > 0 && !ControllerId().IsMatch(controller)))
        {
            var fault = role is null ? "Choose a role." : "A controller's id is made of lower-case letters, digits, dots and hyphens.";
            return Page(http, StatusCodes.Status422UnprocessableEntity, AuthorizePage.Ask(_asked.Keep(request), request, fault), request.ReturnOrigin);
        }

        var code = _codes.Keep(new AuthorizationGrant(request, role, controller.Length == 0 ? null : controller));
        return TypedResults.Redirect(AuthorizationRequest.AnswerAddress(request.RedirectUri, request.State, ("code", code)));
    }

    private async Task<IResult> ExchangeAsync(HttpContext http, CancellationToken cancel)
    {
        if (!Loopback.Reaches(http)) return Loopback.Refusal();
        http.Response.Headers.CacheControl = "no-store";
        if (await FormOfAsync(http.Request, cancel) is not { } form) return Fault("invalid_request", "Send application/x-www-form-urlencoded.");
        // Whoever names a code uses it up, in whatever way the exchange ends.
        var grant = _codes.Take(form["code"]);
        if (CodeExchange.FaultOf(form, grant) is { } fault) return Fault(fault.Error, fault.Description);

        var (now, role) = (_time.Now(), grant!.Role);
        return TypedResults.Json(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["access_token"] = _issuer.Issue([role.Scope], [grant.Controller ?? "*"], [], now, AccessFor, subject: role.Name),
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)AccessFor.TotalSeconds,
            ["scope"] = role.Scope,
            ["id_token"] = _issuer.IssueIdentity(role.Name, role.Title, grant.Request.ClientId, grant.Request.Nonce, now, IdentityFor),
        });
    }

    private static JsonHttpResult<Dictionary<string, string>> Fault(string error, string description) =>
        TypedResults.Json(new Dictionary<string, string>(StringComparer.Ordinal) { ["error"] = error, ["error_description"] = description }, statusCode: StatusCodes.Status400BadRequest);

    /// <param name="formsTo">Where the browser may be sent by the form's answer, besides here.</param>
    private static ContentHttpResult Page(HttpContext http, int status, string html, string formsTo = "'self'")
    {
        http.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; form-action 'self' {formsTo}; base-uri 'none'; frame-ancestors 'none'";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Content(html, "text/html", Encoding.UTF8, status);
    }

    /// <summary>Null for what is no small form.</summary>
    private static async Task<IFormCollection?> FormOfAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true) return null;
        try
        {
            return await request.ReadFormAsync(SmallForms, cancel);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.-]{0,99}\z")]
    private static partial Regex ControllerId();
}
