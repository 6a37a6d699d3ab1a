using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary>Refusals as pages, in the reader's language: what is the matter, and what to do. What is not open to the reader is told exactly as what is not there.</summary>
internal static class ProblemPage
{
    /// <summary>The same that the API would answer, told as a page.</summary>
    public static AuditPage Of(Visit visit, IResult problem)
    {
        var (status, slug, _, _) = Read(visit, problem);
        return Of(visit, status, slug);
    }

    /// <param name="slug">Of a problem's type.</param>
    public static AuditPage Of(Visit visit, int status, string slug)
    {
        var (title, text) = Told(visit, status, slug);
        return visit.Page(title, $"<p>{Html.Text(text)}</p><p>{Html.Link(AuditPages.Root, visit.Words.BackHome)}</p>", status);
    }

    /// <summary>A refusal of the API in the reader's words.</summary>
    public static (int Status, string Slug, string Title, string Text) Read(Visit visit, IResult problem)
    {
        var (status, slug) = problem is ProblemHttpResult { ProblemDetails: { } details } told
            ? (told.StatusCode, details.Type?.Split(':')[^1] ?? "")
            : (StatusCodes.Status500InternalServerError, "internal");
        var (title, text) = Told(visit, status, slug);
        return (status, slug, title, text);
    }

    /// <summary>Of a receipt whose person is restricted, a privacy officer is asked why he looks.</summary>
    /// <param name="reason">With which he asked, and which was none; null where he gave none.</param>
    public static AuditPage OfReceipt(Visit visit, string id, IResult problem, string? reason = null)
    {
        var isRestricted = problem is ProblemHttpResult { ProblemDetails.Type: { } type } && type == Problems.TypeOf("person-restricted");
        if (!isRestricted || !visit.User.HasScope(Authentication.PrivacyOfficer)) return Of(visit, problem);
        var words = visit.Words;
        return visit.Page(words.RestrictedTitle, $"""
            <p>{Html.Text(words.Restricted)}</p>
            <form class="card" method="post" action="{AuditPages.Root}/receipts/{Html.Text(Uri.EscapeDataString(id))}">
            {visit.Token()}
            {Html.Field(words.Reason, "reason", "reason", "text", words.ReasonHint, required: true, HomeForms.ReasonLength, reason, reason is null ? null : words.Problems["reason-required"].Text)}
            <button type="submit">{Html.Text(words.Show)}</button>
            </form>
            """, StatusCodes.Status403Forbidden);
    }

    /// <summary>For who may not see persons.</summary>
    public static AuditPage OfRole(Visit visit) => Of(visit, RoleNeeded());

    /// <summary>The same, where it is not yet told as a page.</summary>
    public static ProblemHttpResult RoleNeeded() => Problems.Because(403, "role", "This is not for the role.", "Sign in as an auditor or privacy officer.");

    /// <summary>What goes wrong while a page is made becomes a page too.</summary>
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        try
        {
            var answer = await next(context);
            AuditPage.Keep(context.HttpContext.Response);
            return answer;
        }
        catch (Exception e) when (e is IUnavailable)
        {
            return Of(Visit.Of(context.HttpContext), StatusCodes.Status503ServiceUnavailable, "unavailable");
        }
        catch (AntiforgeryValidationException)
        {
            return Of(Visit.Of(context.HttpContext), StatusCodes.Status400BadRequest, "form-expired");
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException)
        {
            return Of(Visit.Of(context.HttpContext), (e as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest, "refused");
        }
    }

    private static (string Title, string Text) Told(Visit visit, int status, string slug)
    {
        var words = visit.Words;
        if (status == StatusCodes.Status503ServiceUnavailable) visit.Http.Response.Headers.RetryAfter = "2";
        return words.Problems.TryGetValue(slug, out var known) ? known : words.Problems[status >= 500 ? "unavailable" : "refused"];
    }
}
