using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Consent.Audit.Access;
using Consent.Contracts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Consent.Audit.Pages;

internal sealed class SignInOptions : OAuthOptions
{
    /// <summary>The addresses come by discovery at the first sign-in, and a public client has no secret.</summary>
    public override void Validate()
    {
        if (string.IsNullOrEmpty(ClientId)) throw new InvalidOperationException("Set Audit:SignIn:ClientId to the name under which the issuer knows the auditors' pages.");
    }
}

/// <summary>
/// OpenID Connect's code flow with PKCE (OpenID Connect Core 1.0, section 3.1) over the framework's OAuth handler, which does state, correlation and the code's way back. Added here: addresses by
/// discovery, the nonce, the id token, and the note that somebody signed in, which is durable before he is.
/// </summary>
internal sealed class SignInHandler(
    IOptionsMonitor<SignInOptions> options, ILoggerFactory logger, UrlEncoder encoder, SignInTokens tokens, SignInSettings settings, SignInNotes notes)
    : OAuthHandler<SignInOptions>(options, logger, encoder)
{
    private const string Nonce = "nonce";

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // A form that was sent too late would be lost on the way to the issuer, and the answer would come to an address that takes forms alone.
        if (!HttpMethods.IsGet(Request.Method) && !HttpMethods.IsHead(Request.Method))
        {
            await SignInPage.Of(Context, SignInNews.Over).ExecuteAsync(Context);
            return;
        }

        if (FormSent.Is(Request))
        {
            await SignInPage.Of(Context, SignInNews.OverAsked, FormSent.AddressOf(Request)).ExecuteAsync(Context);
            return;
        }

        if (await FindIssuerAsync()) await base.HandleChallengeAsync(properties);
        else await SignInPage.Of(Context, SignInNews.Away).ExecuteAsync(Context);
    }

    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri)
    {
        var nonce = RandomId.New();
        // Comes back in the state, which is sealed.
        properties.Items[Nonce] = nonce;
        return QueryHelpers.AddQueryString(base.BuildChallengeUrl(properties, ReturnAddress(redirectUri)), Nonce, nonce);
    }

    protected override async Task<OAuthTokenResponse> ExchangeCodeAsync(OAuthCodeExchangeContext context)
    {
        if (!await FindIssuerAsync()) return OAuthTokenResponse.Failed(new SignInRefusedException("The issuer cannot be asked."));
        List<KeyValuePair<string?, string?>> fields =
        [
            new("grant_type", "authorization_code"), new("code", context.Code), new("redirect_uri", ReturnAddress(context.RedirectUri)), new("client_id", Options.ClientId),
        ];
        if (context.Properties.Items.TryGetValue(OAuthConstants.CodeVerifierKey, out var verifier)) fields.Add(new(OAuthConstants.CodeVerifierKey, verifier));
        context.Properties.Items.Remove(OAuthConstants.CodeVerifierKey);
        if (!string.IsNullOrEmpty(Options.ClientSecret)) fields.Add(new("client_secret", Options.ClientSecret));

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Options.TokenEndpoint)) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await Backchannel.SendAsync(request, Context.RequestAborted);
        return response.IsSuccessStatusCode
            ? OAuthTokenResponse.Success(JsonDocument.Parse(await response.Content.ReadAsStringAsync(Context.RequestAborted)))
            : OAuthTokenResponse.Failed(new SignInRefusedException($"The issuer's token endpoint answered {(int)response.StatusCode}."));
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        properties.Items.TryGetValue(Nonce, out var nonce);
        properties.Items.Remove(Nonce);
        var person = await PrincipalOfAsync(tokens, nonce);
        if (!SignIn.HasRole(person)) throw new NoRoleException();
        await notes.NoteAsync(person, "sign-in", Context.RequestAborted);
        SignInSession.Begin(properties, tokens.AccessToken!, TimeProvider.GetUtcNow());
        return new AuthenticationTicket(person, properties, Scheme.Name);
    }

    private Task<ClaimsPrincipal> PrincipalOfAsync(OAuthTokenResponse told, string? nonce)
    {
        var idToken = told.Response?.RootElement.TryGetProperty("id_token", out var member) == true && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        return tokens.PrincipalOfAsync(idToken, told.AccessToken!, nonce, Context.RequestAborted);
    }

    /// <summary>Where the issuer is now; the addresses are the same for whoever signs in at the same time.</summary>
    private async Task<bool> FindIssuerAsync()
    {
        try
        {
            var issuer = await tokens.IssuerAsync(Context.RequestAborted);
            (Options.AuthorizationEndpoint, Options.TokenEndpoint) = (issuer.AuthorizationEndpoint, issuer.TokenEndpoint);
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException or IOException)
        {
            return false;
        }
    }

    /// <summary>Under the name by which browsers know the product, which is the gateway's.</summary>
    private string ReturnAddress(string asRequested) => settings.Origin is { } origin ? new Uri(origin, Options.CallbackPath.Value).AbsoluteUri : asRequested;
}

/// <summary>Somebody is who he says, and has no role here.</summary>
internal sealed class NoRoleException() : Exception("The token has no scope that opens the pages.");
