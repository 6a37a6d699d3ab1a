using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>
/// The text of a declaration in one language, by itself: what a person was told when he decided (GDPR art. 13, EDPB 05/2020 on what
/// must be told for consent to be informed). A pure function of the published declaration.
/// </summary>
internal sealed record NoticeText(
    string Site, int Version, string Hash, DateTimeOffset PublishedAt, string Language, NoticeText.ControllerText Controller, string Scope,
    IReadOnlyList<NoticeText.PurposeText> Purposes, IReadOnlyList<NoticeText.TopicText> Topics, string HowToUseRights, string RightsEmail, string ComplainTo)
{
    public static NoticeText Of(PublishedDeclaration published, string language)
    {
        var declaration = published.Declaration;
        var controller = declaration.Controller;
        var vendors = declaration.Vendors.ToDictionary(v => v.Id, v => v.Name, StringComparer.Ordinal);
        var categories = declaration.DataCategories.ToDictionary(c => c.Id, c => c.Name.In(language), StringComparer.Ordinal);
        return new NoticeText(
            declaration.Site, published.Version, published.Hash, published.PublishedAt, language,
            new ControllerText(controller.Name, $"{controller.Address}, {controller.Postcode} {controller.City}, {controller.Country}", controller.Email, controller.Website),
            declaration.ScopeOfStatement.In(language),
            [
                .. declaration.Purposes.Select(p => new PurposeText(
                    p.Id, p.Name.In(language), p.Description.In(language), p.LegalBasis, p.Interest?.In(language), p.Retention.Description.In(language),
                    [.. p.DataCategories.Select(c => categories.GetValueOrDefault(c, c))], [.. p.Vendors.Select(v => vendors.GetValueOrDefault(v, v))])),
            ],
            [.. declaration.Topics.Select(t => new TopicText(t.Id, t.Purpose, t.Name.In(language), t.Description.In(language)))],
            declaration.Rights.Procedure.In(language), declaration.Rights.Email, declaration.SupervisoryAuthority.Website);
    }

    internal sealed record ControllerText(string Name, string Address, string Email, string Website);

    internal sealed record PurposeText(
        string Id, string Name, string Description, LegalBasis LegalBasis, string? Interest, string Retention, IReadOnlyList<string> Data,
        IReadOnlyList<string> Recipients);

    internal sealed record TopicText(string Id, string Purpose, string Name, string Description);
}
