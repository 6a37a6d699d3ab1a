using System.Globalization;
using Consent.Contracts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Consent.Audit.Pages;

/// <summary>
/// The session of somebody who signed in, in a cookie that only this service can read: what his access token opens, and the token itself, by which marketing is asked in his name. It ends
/// half an hour after the last page, eight hours after the sign-in, and with the browser.
/// </summary>
internal static class SignInSession
{
    /// <summary>Name of the scheme, and the kind of identity that comes of it.</summary>
    public const string Scheme = "audit-session";
    private const string AccessToken = "access_token";
    private const string Began = "began";
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(8);

    public static void Configure(CookieAuthenticationOptions cookie, SignInSettings settings)
    {
        cookie.Cookie.Name = settings.CookieName("consent-audit");
        cookie.Cookie.Path = "/";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = settings.Secure;
        cookie.ExpireTimeSpan = Idle;
        cookie.SlidingExpiration = true;
        cookie.ForwardChallenge = SignIn.Scheme;
        cookie.Events.OnValidatePrincipal = EndInTimeAsync;
        cookie.Events.OnRedirectToAccessDenied = context => SignInPage.Of(context.HttpContext, SignInNews.Role).ExecuteAsync(context.HttpContext);
    }

    public static void Begin(AuthenticationProperties session, string accessToken, DateTimeOffset now)
    {
        session.Items[Began] = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        session.StoreTokens([new AuthenticationToken { Name = AccessToken, Value = accessToken }]);
    }

    /// <summary>What to send as <c>Authorization</c> when another service is asked in the caller's name: of a page the token of the session, else what the caller sent himself.</summary>
    public static async Task<string?> AuthorizationOfAsync(HttpContext http)
    {
        if (http.User.Identity?.AuthenticationType != Scheme) return http.Request.Headers.Authorization.ToString();
        return await http.GetTokenAsync(Scheme, AccessToken) is { } token ? $"Bearer {token}" : null;
    }

    private static async Task EndInTimeAsync(CookieValidatePrincipalContext context)
    {
        var now = (context.Options.TimeProvider ?? TimeProvider.System).Now();
        if (context.Properties.Items.TryGetValue(Began, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var began)
            && now - DateTimeOffset.FromUnixTimeSeconds(began) < Longest)
            return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(Scheme);
    }
}
