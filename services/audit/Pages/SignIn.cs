using System.Security.Claims;
using Consent.Audit.Access;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Consent.Audit.Pages;

/// <summary>
/// Who may see the auditors' pages. They take the cookie of a sign-in and no bearer token; the API takes bearer tokens and no cookie, so that no page elsewhere can make a browser ask it.
/// </summary>
internal static class SignIn
{
    public const string Scheme = "audit-sign-in";
    private const string Root = "/audit";
    private const string ReturnPath = $"{Root}/signed-in";
    private static readonly string[] Roles = [Authentication.Audit, Authentication.Operator];

    public static void AddSignIn(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(p => SignInSettings.Of(p.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton<SignInTokens>();
        builder.Services.AddSingleton<SignInNotes>();
        builder.Services.AddDataProtection().SetApplicationName("consent-audit");
        // Among the keys of audit, which its replicas share: nobody is signed out by a restart.
        builder.Services.AddOptions<KeyManagementOptions>().Configure<IConfiguration, ILoggerFactory>((keys, configuration, logs) =>
            keys.XmlRepository = new FileSystemXmlRepository(Directory.CreateDirectory(ServiceData.KeyFileOf(configuration, AuditSetup.Service, "sign-in")), logs));
        builder.Services.AddAntiforgery();
        builder.Services.AddOptions<AntiforgeryOptions>().Configure<SignInSettings>((forms, settings) =>
        {
            forms.Cookie = settings.IsSecure == true ? new SecureCookie() : new CookieBuilder();
            forms.Cookie.Name = settings.CookieName("consent-audit-forms");
            forms.Cookie.Path = "/";
            forms.Cookie.HttpOnly = true;
            forms.Cookie.IsEssential = true;
            forms.Cookie.SameSite = SameSiteMode.Lax;
            forms.FormFieldName = "form";
            forms.HeaderName = null;
        });
        builder.Services.AddAuthentication().AddCookie(SignInSession.Scheme).AddOAuth<SignInOptions, SignInHandler>(Scheme, _ => { });
        builder.Services.AddOptions<CookieAuthenticationOptions>(SignInSession.Scheme).Configure<SignInSettings>(SignInSession.Configure);
        builder.Services.AddOptions<SignInOptions>(Scheme).Configure<SignInSettings>(Configure);
    }

    /// <summary>Of a token for one of the roles of the pages: auditor (a privacy officer is one too) or operator.</summary>
    public static bool HasRole(ClaimsPrincipal user) => Array.Exists(Roles, user.HasScope);

    /// <summary>Whoever has not signed in is sent to the issuer; whose role is none of <paramref name="scopes"/> (any of the pages, unless given) is refused.</summary>
    public static TBuilder RequireSignIn<TBuilder>(this TBuilder pages, params string[] scopes) where TBuilder : IEndpointConventionBuilder =>
        pages.RequireAuthorization(policy => policy.AddAuthenticationSchemes(SignInSession.Scheme).RequireAuthenticatedUser()
            .RequireAssertion(c => Array.Exists(scopes.Length == 0 ? Roles : scopes, c.User.HasScope)));

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(ReturnPath, ReturnAsync);
        endpoints.MapGet($"{Root}/signed-out", (HttpContext http) => SignInPage.Of(http, SignInNews.SignedOut));
        endpoints.MapPost($"{Root}/sign-out", SignOutAsync).RequireSignIn();
    }

    private static void Configure(SignInOptions options, SignInSettings settings)
    {
        options.SignInScheme = SignInSession.Scheme;
        options.ClientId = settings.ClientId;
        options.ClientSecret = settings.ClientSecret ?? "";
        options.UsePkce = true;
        options.CallbackPath = ReturnPath;
        options.BackchannelTimeout = TimeSpan.FromSeconds(10);
        options.Scope.Clear();
        foreach (var scope in settings.Scopes) options.Scope.Add(scope);
        options.CorrelationCookie.Name = settings.CookieName("consent-audit-sign-in.");
        options.CorrelationCookie.Path = "/";
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.SecurePolicy = settings.Secure;
        options.Events.OnRemoteFailure = async context =>
        {
            context.HandleResponse();
            var news = context.Failure switch
            {
                IUnavailable => SignInNews.Away,
                NoRoleException => SignInNews.Role,
                _ => SignInNews.Refused,
            };
            await SignInPage.Of(context.HttpContext, news).ExecuteAsync(context.HttpContext);
        };
    }

    /// <summary>The way back from the issuer. Asked for here, because the framework looks for it only in requests that bring a token.</summary>
    private static async Task<IResult> ReturnAsync(HttpContext http, IAuthenticationHandlerProvider handlers) =>
        await handlers.GetHandlerAsync(http, Scheme) is IAuthenticationRequestHandler handler && await handler.HandleRequestAsync()
            ? TypedResults.Empty
            : SignInPage.Of(http, SignInNews.Refused);

    private static async Task<IResult> SignOutAsync(HttpContext http, IAntiforgery forms, SignInNotes notes, ILogger<SignInHandler> logger, CancellationToken cancel)
    {
        if (!await forms.IsRequestValidAsync(http)) return SignInPage.Of(http, SignInNews.Forged);
        await http.SignOutAsync(SignInSession.Scheme);
        try
        {
            await notes.NoteAsync(http.User, "sign-out", cancel);
        }
        catch (Exception e) when (e is IUnavailable)
        {
            // Whoever leaves must get away.
            logger.LogWarning("A sign-out could not be noted: the log cannot be written just now.");
        }
        return TypedResults.Redirect($"{Root}/signed-out");
    }

    /// <summary>Browsers come by https, and the gateway comes here by http, for which the framework makes no secure cookie of this kind.</summary>
    private sealed class SecureCookie : CookieBuilder
    {
        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
        {
            var cookie = base.Build(context, expiresFrom);
            cookie.Secure = true;
            return cookie;
        }
    }
}
