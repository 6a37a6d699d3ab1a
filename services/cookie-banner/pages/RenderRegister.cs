namespace Consent.CookieBanner.Pages;

/// <summary>The register as a page, what needs attention first.</summary>
internal static class RenderRegister
{
    public static string Document(Page page)
    {
        var register = RegisterOfProcessing.Of(page);
        var words = page.Words.Register;
        var body = $"""
            {Controller(page, register)}
            {string.Concat(register.Activities.Select(a => Activity(page, a)))}
            {Statements(page, "disclosures", page.Words.Privacy.Disclosures, register.Disclosures)}
            {Statements(page, "measures", page.Words.Privacy.Measures, register.Measures, words.Missing)}
            {Statements(page, "automated", page.Words.Privacy.Automated, register.AutomatedDecisions ?? [])}
            """;
        var lead = $"<p class=\"lead\">{Html.Text(words.Lead)}</p>{Warnings(page, register)}{NotDeclared(page, register)}";
        return PageFrame.Of(page, words.Title, "register", lead, body, isPublic: false);
    }

    private static string Warnings(Page page, RegisterOfProcessing register)
    {
        var words = page.Words.Register;
        if (register.Warnings.Count == 0) return $"<p>{Html.Text(words.NoWarnings)}</p>";
        return $"<section class=\"notice\" aria-labelledby=\"warnings\"><h2 id=\"warnings\">{Html.Text(words.Warnings)}</h2>{Html.List(
            register.Warnings.Select(w => $"{Warning(page, w)} <small>({Html.Text(w.Article)}; <code>{Html.Text(w.Id)}</code>, <code>{Html.Text(w.At)}</code>)</small>"))}</section>";
    }

    /// <summary>In English, and marked so, where it is not written in the page's language.</summary>
    private static string Warning(Page page, DeclarationWarning warning) => warning.Text.TryGetValue(page.Words.Language, out var text)
        ? Html.Text(text)
        : $"<span lang=\"en\">{Html.Text(warning.Text["en"])}</span>";

    private static string NotDeclared(Page page, RegisterOfProcessing register) => register.NotDeclared.Count == 0
        ? ""
        : $"<section aria-labelledby=\"unsaid\"><h2 id=\"unsaid\">{Html.Text(page.Words.Register.NotDeclared)}</h2><p>{Html.Text(page.Words.Register.NotDeclaredText)}</p>"
        + $"{Html.List(register.NotDeclared.Select(p => $"{Html.Text(page.Words.Register.Parts[p.Id])} <small>({Html.Text(p.Article)})</small>"))}</section>";

    private static string Controller(Page page, RegisterOfProcessing register)
    {
        var (words, controller) = (page.Words.Privacy, register.Controller);
        return $"<section aria-labelledby=\"controller\"><h2 id=\"controller\">{Html.Text(words.Controller)}</h2>{Facts.Of(
            (words.Name, Html.Text(controller.Name)),
            (words.Address, Html.Text($"{controller.Address}, {controller.Postcode} {controller.City}, {page.Country(controller.Country)}")),
            (words.TradeRegister, controller.TradeRegisterNumber is { } number ? Html.Text(number) : null),
            (words.Phone, controller.Phone is { } phone ? Html.Text(phone) : null),
            (words.Email, Html.Mail(controller.Email)),
            (words.Requests, Html.Mail(register.PrivacyEmail)),
            (page.Words.Register.Site, $"{Html.Text(register.Site)}: {Html.Text(string.Join(", ", page.Declaration.Origins))}"),
            (words.DataProtectionOfficer, controller.DataProtectionOfficer is { } officer ? RenderPrivacyStatement.Officer(officer) : Html.Text(page.Words.Register.Missing)),
            (words.Representative, controller.Representative is { } representative ? RenderPrivacyStatement.Represented(page, representative)
                : RegisterOfProcessing.LacksRepresentative(controller) ? Html.Text(page.Words.Register.Missing) : null),
            (page.Words.Register.Parts["joint-controllers"], register.JointControllers.Count == 0 ? null : Html.List(register.JointControllers.Select(r =>
                Html.Text($"{r.Name}, {page.Country(r.Country)}, {r.Contact ?? page.Words.Register.Missing}")))))}</section>\n";
    }

    private static string Activity(Page page, RegisterOfProcessing.Activity activity)
    {
        var (words, register) = (page.Words.Privacy, page.Words.Register);
        return $"<section aria-labelledby=\"activity-{Html.Text(activity.Id)}\"><h2 id=\"activity-{Html.Text(activity.Id)}\">{page.Said(activity.Purpose)}</h2>{Facts.Of(
            (register.Description, page.Said(activity.Description)),
            (words.Basis, Html.Text(page.Words.Bases[activity.LegalBasis])),
            (words.Interest, activity.Interest is { } interest ? page.Said(interest) : null),
            (register.Subjects, activity.DataSubjects is { } subjects ? page.Said(subjects) : Html.Text(register.Missing)),
            (words.Data, Html.List(page.Declaration.FindPurpose(activity.Id)!.DataCategories.Select(page.Category))),
            (words.Recipients, activity.Recipients.Count == 0 ? Html.Text(page.Words.Cookies.NobodyElse) : Html.List(activity.Recipients.Select(r => Recipient(page, r)))),
            (register.Transfers, activity.Transfers.Count == 0 ? Html.Text(register.NoTransfers) : Html.List(activity.Transfers.Select(r => Transfer(page, r)))),
            (words.Retention, $"{page.Said(activity.Retention)} <small>({(activity.Term is { } term ? $"{Html.Text(term)}, " : "")}{Html.Text(register.Trigger)} <code>{Html.Text(activity.Trigger)}</code>)</small>"))}</section>\n";
    }

    private static string Recipient(Page page, RegisterOfProcessing.Recipient recipient) => Html.Text(
        $"{recipient.Name}, {page.Country(recipient.Country)} ({page.Words.Roles[recipient.Role]}; {(recipient.Agreement is { } kind ? page.Words.Agreements.GetValueOrDefault(kind, kind) : page.Words.None)}){(recipient.Contact is { } contact ? $", {contact}" : "")}");

    private static string Transfer(Page page, RegisterOfProcessing.Recipient recipient) => Html.Text(
        $"{recipient.Name}, {page.Country(recipient.Country)}{page.Words.Colon}{(recipient.Safeguard is { } safeguard ? page.Words.Safeguards.GetValueOrDefault(safeguard, safeguard) : page.Words.None)}");

    /// <param name="none">What is said where there are none; the section is left out when absent.</param>
    private static string Statements(Page page, string id, string title, IReadOnlyList<string> texts, string? none = null) => texts.Count == 0 && none is null
        ? ""
        : $"<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{Html.Text(title)}</h2>{(texts.Count == 0 ? $"<p>{Html.Text(none!)}</p>" : Html.List(texts.Select(page.Said)))}</section>\n";
}
