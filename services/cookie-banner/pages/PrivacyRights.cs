using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// The rights of data subjects one by one, how to use them, and withdrawal in a place of its own: GDPR art. 13(2)(b), (c), 14(2)(c), (d),
/// with the terms of art. 12(3) and the check of art. 12(6).
/// </summary>
internal static class PrivacyRights
{
    /// <summary>The order in which they are told.</summary>
    private static readonly RightsRequest[] InOrder = Enum.GetValues<RightsRequest>();

    /// <summary>Those that the declaration lists, and those that the law gives whatever it lists.</summary>
    public static IEnumerable<RightsRequest> Told(Declaration declaration) =>
        InOrder.Where(r => declaration.Rights.Requests.Contains(r) || IsStatutory(r, declaration));

    public static bool IsStatutory(RightsRequest right, Declaration declaration)
    {
        return right switch
        {
            RightsRequest.Access or RightsRequest.Rectification or RightsRequest.Erasure or RightsRequest.Restriction or RightsRequest.Complaint => true,
            RightsRequest.Portability => Has(LegalBasis.Consent) || Has(LegalBasis.Contract),
            RightsRequest.Objection => Has(LegalBasis.LegitimateInterest) || Has(LegalBasis.PublicTask),
            RightsRequest.Withdrawal => Has(LegalBasis.Consent),
            _ => false,
        };

        bool Has(LegalBasis basis) => declaration.Purposes.Any(p => p.LegalBasis == basis);
    }

    /// <summary>Apart from all else, as GDPR art. 21(4) asks; empty where there is nothing to object to.</summary>
    public static string Objection(Page page) => IsStatutory(RightsRequest.Objection, page.Declaration) || IsMarketing(page.Declaration)
        ? $"<p>{Html.Text(page.Words.Privacy.ObjectionText.Fill(("email", page.Declaration.Rights.Email)))}</p>"
        : "";

    private static bool IsMarketing(Declaration declaration) => declaration.Topics.Count > 0 || declaration.Purposes.Any(p => p.Advertising);

    public static string Of(Page page)
    {
        var (words, rights) = (page.Words.Privacy, page.Declaration.Rights);
        return $"""
            <p>{page.Said(rights.Procedure)}</p>{Preferences(page)}
            {Facts.Of([.. Told(page.Declaration).Select(r => page.Words.Rights[r]).Select(r => (r.Name, (string?)Html.Text(r.How)))])}
            <p>{Html.Text(words.Requests + page.Words.Colon)}{Html.Mail(rights.Email)}. {Html.Text(words.Deadline.Fill(("term", page.Words.Term(rights.Deadline))))}</p>
            <p>{Html.Text(words.Extension)}</p>
            <h3>{Html.Text(words.IdentityCheck)}</h3>
            <p>{Html.Text(page.Words.IdentityChecks[rights.IdentityCheck.Method])}. {page.Said(rights.IdentityCheck.Description)}</p>
            """;
    }

    /// <summary>Where whoever receives the site's messages sees and changes them; empty where it sends none. The page is another service's, behind the same gateway.</summary>
    private static string Preferences(Page page)
    {
        if (page.Declaration.Topics.Count == 0) return "";
        var address = $"../../preferences/{Uri.EscapeDataString(page.Declaration.Site)}?language={page.Words.Language}";
        return $"\n<p><a href=\"{Html.Text(address)}\">{Html.Text(page.Words.Privacy.Preferences)}</a>.</p>";
    }

    /// <summary>Empty where nothing rests on consent.</summary>
    public static string Withdrawal(Page page)
    {
        var (words, declaration) = (page.Words.Privacy, page.Declaration);
        var consents = declaration.Purposes.Where(p => p.LegalBasis == LegalBasis.Consent).Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        if (consents.Count == 0) return "";
        List<string> ways = [];
        if (declaration.Cookies.Any(c => consents.Contains(c.Purpose))) ways.Add(Html.Text(words.WithdrawByCookies.Fill(("button", page.Reopener))));
        if (declaration.Topics.Any(t => t.Channels.Contains(Channel.Email))) ways.Add(Html.Text(words.WithdrawByMailing));
        ways.Add(Html.Text(words.WithdrawByMail.Fill(("email", declaration.Rights.Email))));
        return $"""
            <p>{Html.Text(words.WithdrawalText)}</p>
            {Html.List(ways)}
            <p>{Html.Text(words.HowLong.Fill(("valid", page.Words.Term(declaration.ConsentValidFor)), ("proof", page.Words.Term(declaration.ProofFor))))}</p>
            """;
    }
}
