using System.Collections.Frozen;
using Consent.Audit.Logs;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Pages;

/// <summary>A form that was refused, shown again with what was typed. What is the matter heads the page; what to do about it stands at the field, which has the focus.</summary>
internal static class RefusedForm
{
    /// <summary>The field that each problem is about, by the end of its type.</summary>
    private static readonly FrozenDictionary<string, string> Fields = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["site-needed"] = "site",
        ["unknown-site"] = "site",
        ["person-needed"] = "subject",
        ["subject-id"] = "subject",
        ["unknown-person"] = "subject",
        ["invalid-address"] = "address",
        ["marketing-unset"] = "address",
        ["marketing-away"] = "address",
        ["reason-required"] = "reason",
        ["purpose-needed"] = "purpose",
        ["unknown-purpose"] = "purpose",
        ["moment-needed"] = "at",
        ["bad-range"] = "from",
        ["bad-days"] = "from",
        ["unknown-declaration"] = "from",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Of days or places that are none.</summary>
    public static ProblemHttpResult BadRange() => Problems.Because(400, "bad-range", "The range cannot be answered.", "Give days as 2026-06-03.");

    /// <param name="problem">The same that the API would answer.</param>
    /// <param name="typed">By the name of the field.</param>
    /// <param name="form">HTML.</param>
    /// <param name="field">That is the matter, where the problem alone does not tell.</param>
    public static AuditPage Of(Visit visit, IResult problem, Func<string, string?> typed, Func<Visit, Filled, string> form, string? field = null)
    {
        var (status, slug, title, text) = ProblemPage.Read(visit, problem);
        if (slug == "person-restricted" && visit.User.HasScope(Authentication.PrivacyOfficer)) (field, text) = ("reason", visit.Words.Problems["reason-required"].Text);
        field ??= Fields.GetValueOrDefault(slug);
        var filled = new Filled(typed, field, field is null ? null : text);
        return visit.Page(title, $"""
            {(field is null ? $"<p>{Html.Text(text)}</p>" : "")}
            {form(visit, filled)}
            <p>{Html.Link(AuditPages.Root, visit.Words.BackHome)}</p>
            """, status);
    }

    /// <summary>The same of a form that offers the sites.</summary>
    public static async Task<AuditPage> OfAsync(Visit visit, IResult problem, Func<string, string?> typed, LogSites sites, Func<Visit, IReadOnlyList<string>, Filled, string> form)
    {
        var open = OpenSites.ToChoose(await OpenSites.OfAsync(visit, sites));
        return Of(visit, problem, typed, (of, filled) => form(of, open, filled));
    }
}
