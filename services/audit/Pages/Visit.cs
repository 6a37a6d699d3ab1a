using System.Security.Claims;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Antiforgery;

namespace Consent.Audit.Pages;

/// <summary>Somebody's look at a page: who he is, in which language he reads, what he asked.</summary>
internal sealed class Visit
{
    private Visit(HttpContext http, Words words) => (Http, Words) = (http, words);

    public HttpContext Http { get; }

    public Words Words { get; }

    public ClaimsPrincipal User => Http.User;

    public CancellationToken Cancel => Http.RequestAborted;

    /// <summary>As it stands in the address.</summary>
    public string Path => $"{Http.Request.PathBase}{Http.Request.Path}".TrimEnd('/');

    /// <summary>An auditor, and a privacy officer, who is one too. Who runs the system sees how it runs, and no person.</summary>
    public bool SeesPersons => User.HasScope(Authentication.Audit);

    public static Visit Of(HttpContext http) => new(http, PageLanguage.Choose(http));

    /// <summary>A value of the address, without blanks around it; null when there is none.</summary>
    public string? Asked(string name) => Http.Request.Query[name].ToString().Trim() is { Length: > 0 } value ? value : null;

    public AuditPage Page(string title, string body, int status = StatusCodes.Status200OK) => new(status, Words.Language, PageFrame.Of(this, title, body));

    /// <summary>For a form that posts: that it came from a page of ours.</summary>
    public string Token()
    {
        // The framework warns of a header that is not its own; what the page bears in the end is ours.
        Http.Response.Headers.CacheControl = default;
        var tokens = Http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(Http);
        return Html.Hidden(tokens.FormFieldName, tokens.RequestToken);
    }

    /// <summary>This page in another language; of an answer to a form, which has no address, the page with the forms.</summary>
    public string In(string language) => HttpMethods.IsPost(Http.Request.Method)
        ? Html.Address(AuditPages.Root, ("lang", language))
        : FormSent.AddressOf(Http.Request, ("lang", language));
}
