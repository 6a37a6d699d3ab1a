using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;

namespace Consent.Audit.Pages;

/// <summary>What somebody filled in on a page of ours. Persons are asked for in this way alone, so that they stand in no address.</summary>
internal sealed class PostedForm
{
    private const int LargestBody = 16_384;
    private readonly IFormCollection _form;

    private PostedForm(IFormCollection form) => _form = form;

    /// <summary>Without blanks around it; null when it is empty.</summary>
    public string? this[string name] => _form[name].ToString().Trim() is { Length: > 0 } value ? value : null;

    /// <summary>The form, or what is to be answered instead.</summary>
    public static async Task<(PostedForm? Form, IResult? Problem)> ReadAsync(Visit visit)
    {
        var http = visit.Http;
        if (!http.Request.HasFormContentType || http.Request.ContentLength > LargestBody) return (null, ProblemPage.Of(visit, StatusCodes.Status400BadRequest, "refused"));
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = LargestBody;
        if (!await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
            return (null, ProblemPage.Of(visit, StatusCodes.Status400BadRequest, "form-expired"));
        return (new PostedForm(await http.Request.ReadFormAsync(visit.Cancel)), null);
    }
}
