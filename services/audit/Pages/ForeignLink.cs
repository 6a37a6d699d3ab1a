namespace Consent.Audit.Pages;

/// <summary>
/// A link on another site, or a sign-in that such a link began, must not look at a person in an auditor's name. Which it was the browser says (Fetch Metadata, <c>Sec-Fetch-Site</c>;
/// each browser of today sends it). Then it is asked whether to go on, by a link of ours, and nothing is looked up or noted until somebody follows it.
/// </summary>
internal static class ForeignLink
{
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        var request = context.HttpContext.Request;
        if (!IsForeign(request)) return await next(context);
        var visit = Visit.Of(context.HttpContext);
        return visit.Page(
            visit.Words.FromElsewhereTitle, $"<p>{Html.Text(visit.Words.FromElsewhere)}</p><p>{Html.Link(FormSent.AddressOf(request), visit.Words.GoOn)}</p>", StatusCodes.Status403Forbidden);
    }

    /// <summary>A form that is posted from elsewhere lacks the token of our pages. Another service under the same domain is elsewhere too.</summary>
    private static bool IsForeign(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none");
}
