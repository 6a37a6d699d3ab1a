using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// Each purpose with its basis, interest, data, recipients and term, and whether the data must be given: GDPR art. 13(1)(c), (d), (e),
/// 13(2)(a), (e) and 14(1)(c), (d), (e), 14(2)(a), (b). Whether they must be given follows from the legal basis.
/// </summary>
internal static class PrivacyPurposes
{
    public static string Of(Page page) => string.Concat(page.Declaration.Purposes.Select(p => Card(page, p)));

    private static string Card(Page page, Purpose purpose)
    {
        var words = page.Words.Privacy;
        var topics = page.Declaration.Topics.Where(t => t.Purpose == purpose.Id).ToList();
        return $"""
            <div class="card">
            <h3 id="purpose-{Html.Text(purpose.Id)}">{page.Said(purpose.Name)}</h3>
            <p>{page.Said(purpose.Description)}</p>
            {(purpose.Advertising ? $"<p><strong>{Html.Text(words.Advertising)}</strong></p>" : "")}
            {Facts.Of(
                (words.Basis, Html.Text(page.Words.Bases[purpose.LegalBasis])),
                (words.Interest, purpose.Interest is { } interest ? page.Said(interest) : null),
                (words.Data, purpose.DataCategories.Count == 0 ? null : Html.List(purpose.DataCategories.Select(page.Category))),
                (words.Recipients, purpose.Vendors.Count == 0 ? Html.Text(page.Words.Cookies.NobodyElse) : Html.List(purpose.Vendors.Select(page.VendorLink))),
                (words.Retention, page.Said(purpose.Retention.Description)),
                (words.IsRequired, Html.Text(page.Words.Required[purpose.LegalBasis])),
                (words.Topics, topics.Count == 0 ? null : Html.List(topics.Select(t => page.Said(t.Name) + page.Words.Colon + page.Said(t.Description)))))}
            </div>
            """;
    }
}

/// <summary>Recipients, transfers and their safeguards, and how to read those: GDPR art. 13(1)(e), (f) and 14(1)(e), (f).</summary>
internal static class PrivacyRecipients
{
    public static string Of(Page page)
    {
        var (words, vendors) = (page.Words.Privacy, page.Declaration.Vendors);
        if (vendors.Count == 0) return $"<p>{Html.Text(words.VendorsNone)}</p>";
        var table = Table.Of(
            Html.Text(words.Vendors), [words.Name, words.Role, words.Country, words.Agreement, words.Safeguard, words.UsedFor],
            vendors.Select(v => (IReadOnlyList<string>)
                [Name(page, v), Html.Text(page.Words.Roles[v.Role]), Html.Text(page.Country(v.Country)), Agreement(page, v), Safeguard(page, v), UsedFor(page, v)]),
            "wide");
        var copy = vendors.Any(v => v.Safeguard is not null) ? $"<p>{Html.Text(words.SafeguardCopy.Fill(("email", page.Declaration.Rights.Email)))}</p>" : "";
        return table + copy;
    }

    public static string Agreement(Page page, Vendor vendor) => vendor.Agreement is not { } agreement
        ? Html.Text(page.Words.None)
        : agreement.Url is { } url ? Html.Link(url, page.Words.Agreements.GetValueOrDefault(agreement.Kind, agreement.Kind)) : Html.Text(page.Words.Agreements.GetValueOrDefault(agreement.Kind, agreement.Kind));

    public static string Safeguard(Page page, Vendor vendor) => Html.Text(vendor.Safeguard is { } safeguard
        ? page.Words.Safeguards.GetValueOrDefault(safeguard, safeguard)
        : EuropeanEconomicArea.Countries.Contains(vendor.Country) ? page.Words.InsideEea : page.Words.None);

    private static string Name(Page page, Vendor vendor) =>
        Html.Text(vendor.Name)
        + (vendor.PrivacyPolicy is { } policy ? $" ({Html.Link(policy, page.Words.Privacy.Policy)})" : "")
        + (vendor.Contact is { } contact ? $"<br><small>{Html.Text(page.Words.Privacy.Contact)} {Html.Mail(contact)}</small>" : "")
        + (vendor.Conditions is { } conditions ? $"<br><small>{page.Said(conditions)}</small>" : "");

    private static string UsedFor(Page page, Vendor vendor)
    {
        var purposes = page.Declaration.Purposes.Where(p => p.Vendors.Contains(vendor.Id, StringComparer.Ordinal)).ToList();
        return purposes.Count == 0 ? Html.Text(page.Words.None) : Html.List(purposes.Select(p => page.Said(p.Name)));
    }
}
