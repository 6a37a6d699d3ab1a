using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>Something in a declaration that the law, or its supervisors, may judge otherwise than its author.</summary>
/// <param name="Id">Stable: a program may act on it.</param>
/// <param name="Article">Where it is ruled.</param>
/// <param name="At">JSON Pointer (RFC 6901) to the member concerned.</param>
/// <param name="Text">A sentence in Dutch and one in English, to the author.</param>
internal sealed record DeclarationWarning(string Id, string Article, string At, Texts Text);

/// <summary>
/// What an author should look at again. Warnings refuse nothing: what is plainly unlawful does not get published. That nothing is found
/// does not mean that a declaration is lawful, or true.
/// </summary>
internal static class DeclarationWarnings
{
    private static readonly Term OneYear = new(1, 0, 0);
    private static readonly Term ThirteenMonths = new(0, 13, 0);
    private static readonly string[] Unread = ["effectiveFrom", "origins", "graceFor", "languages", "retired"];
    private static readonly string[] ToldInMeaning = ["name", "description", "interest"];

    public static IReadOnlyList<DeclarationWarning> Of(Declaration declaration) =>
    [
        .. Texts(declaration),
        .. Transfers(declaration),
        .. Recipients(declaration),
        .. Terms(declaration),
        .. Purposes(declaration),
        .. Rights(declaration),
        .. Buttons(declaration),
    ];

    /// <summary>Those of a version, and those of how it came after the one before it.</summary>
    public static IReadOnlyList<DeclarationWarning> Of(PublishedDeclaration? before, PublishedDeclaration published) =>
        [.. before is null ? [] : SilentChange(before, published), .. Of(published.Declaration)];

    private static IEnumerable<DeclarationWarning> Texts(Declaration declaration)
    {
        var storing = declaration.Purposes.Where(p => declaration.Cookies.Any(c => c.Purpose == p.Id)).ToList();
        // Who can refuse in the banner has more than his browser's settings; what rests on another basis cannot be refused there.
        var banner = storing.Exists(RestsOnConsent);
        foreach (var (at, texts) in DeclarationTexts.Of(declaration))
        {
            var about = DeclarationTexts.PurposesOf(declaration, at);
            if (texts.AnySentence(DoubtfulTexts.CallsIpAnonymous)) yield return WarningTexts.Of("anonymous-ip-address", at);
            if (about?.All(RestsOnConsent) != true && texts.AnySentence(DoubtfulTexts.SaysIpIsWhole)) yield return WarningTexts.Of("full-ip-address", at);
            if ((!banner || (about ?? storing).Any(CanBeObjectedTo)) && texts.AnySentence(DoubtfulTexts.PointsToBrowserSettings))
                yield return WarningTexts.Of("browser-settings-as-opt-out", at);
            if (texts.AnySentence(DoubtfulTexts.DemandsIdentityDocument)) yield return WarningTexts.Of("identity-document-copy", at);
            if (texts.AnySentence(DoubtfulTexts.ChangesWithoutNotice)) yield return WarningTexts.Of("change-without-notice", at);
        }
    }

    private static bool RestsOnConsent(Purpose purpose) => purpose.LegalBasis == LegalBasis.Consent;

    /// <summary>GDPR art. 21(1): so that there is something to refuse, and a way to refuse it is owed.</summary>
    private static bool CanBeObjectedTo(Purpose purpose) => purpose.LegalBasis is LegalBasis.LegitimateInterest or LegalBasis.PublicTask;

    private static IEnumerable<DeclarationWarning> Transfers(Declaration declaration)
    {
        foreach (var (vendor, i) in declaration.Vendors.Select((v, i) => (v, i)))
        {
            if (EuropeanEconomicArea.Countries.Contains(vendor.Country)) continue;
            if (vendor.Safeguard is null && !TransferCountries.Adequate.Contains(vendor.Country))
                yield return WarningTexts.Of("transfer-without-safeguard", $"/vendors/{i}/safeguard", vendor.Name);
            if (vendor.Safeguard == "adequacy-decision" && !TransferCountries.Adequate.Contains(vendor.Country))
                yield return WarningTexts.Of("adequacy-unknown", $"/vendors/{i}/safeguard", vendor.Name);
            if (vendor.Safeguard is null or "adequacy-decision" && TransferCountries.AdequateInPart.Contains(vendor.Country))
                yield return WarningTexts.Of("adequacy-in-part", $"/vendors/{i}/safeguard", vendor.Name);
        }
    }

    /// <summary>The guard lets a recipient's requests go once one of its purposes is permitted; without any it holds them for ever.</summary>
    private static IEnumerable<DeclarationWarning> Recipients(Declaration declaration) =>
        from vendor in declaration.Vendors.Select((v, i) => (v.Id, v.Name, At: $"/vendors/{i}"))
        where !declaration.Purposes.Any(p => p.Vendors.Contains(vendor.Id, StringComparer.Ordinal))
        select WarningTexts.Of("vendor-without-purpose", vendor.At, vendor.Name);

    private static IEnumerable<DeclarationWarning> Terms(Declaration declaration)
    {
        if (IsLonger(declaration.ConsentValidFor, OneYear)) yield return WarningTexts.Of("consent-longer-than-a-year", "/consentValidFor");
        foreach (var (cookie, i) in declaration.Cookies.Select((c, i) => (c, i)))
        {
            if (cookie.Lifetime is null && cookie.Kind == CookieKind.LocalStorage) yield return WarningTexts.Of("storage-without-end", $"/cookies/{i}/lifetime", cookie.Name);
            if (cookie.Lifetime is { } lifetime && IsLonger(lifetime, ThirteenMonths) && declaration.FindPurpose(cookie.Purpose) is { } purpose && IsOfStatistics(purpose))
                yield return WarningTexts.Of("statistics-cookie-too-long", $"/cookies/{i}/lifetime", cookie.Name);
        }
    }

    private static IEnumerable<DeclarationWarning> Purposes(Declaration declaration)
    {
        foreach (var (purpose, i) in declaration.Purposes.Select((p, i) => (p, i)))
        {
            if (purpose.LegalBasis != LegalBasis.LegitimateInterest) continue;
            if (purpose.Advertising && declaration.Cookies.Any(c => c.Purpose == purpose.Id))
                yield return WarningTexts.Of("advertising-cookie-on-legitimate-interest", $"/purposes/{i}/legalBasis", purpose.Id);
            if (declaration.Topics.Any(t => t.Purpose == purpose.Id))
                yield return WarningTexts.Of("marketing-on-legitimate-interest", $"/purposes/{i}/legalBasis", purpose.Id);
        }
    }

    private static IEnumerable<DeclarationWarning> Rights(Declaration declaration)
    {
        if (declaration.Rights.IdentityCheck.Method == IdentityCheckMethod.RedactedIdentityCopy)
            yield return WarningTexts.Of("redacted-identity-document", "/rights/identityCheck/method");
        var missing = Enum.GetValues<RightsRequest>().Where(r => PrivacyRights.IsStatutory(r, declaration) && !declaration.Rights.Requests.Contains(r)).ToList();
        if (missing.Count > 0)
            yield return WarningTexts.Of("right-not-offered", "/rights/requests", string.Join(", ", missing.Select(r => r.ToString().ToLowerInvariant())));
    }

    /// <summary>Buttons in words of the site's own, told by what they do as the banner's own are (AP, rules of thumb for cookie banners).</summary>
    private static IEnumerable<DeclarationWarning> Buttons(Declaration declaration)
    {
        foreach (var (language, own) in declaration.BannerTexts ?? new Dictionary<string, OwnBannerTexts>())
        {
            var shown = BannerTexts.FirstLayer(declaration, language);
            var (accept, refuse) = ((string)shown["accept"]!, (string)shown["refuse"]!);
            if (own.ContainsKey("accept") && !PlainButtons.Accepts(accept, language)) yield return Unclear("accept", accept);
            if (own.ContainsKey("refuse") && !PlainButtons.Refuses(refuse, language)) yield return Unclear("refuse", refuse);
            if (own.TryGetValue("settings", out var settings) && !PlainButtons.OpensSettings(settings)) yield return Unclear("settings", settings);
            // The banner's own two are of a length, so that one of these is the site's.
            if (PlainButtons.IsFarLonger(refuse, accept))
                yield return WarningTexts.Of("longer-refusal", At(own.ContainsKey("refuse") ? "refuse" : "accept"), refuse);

            DeclarationWarning Unclear(string name, string text) => WarningTexts.Of("unclear-button-text", At(name), text);

            string At(string name) => $"/bannerTexts/{language}/{name}";
        }
    }

    /// <summary>What people read became something else, under the date of what it was, or from a day on which nobody had been told.</summary>
    private static IEnumerable<DeclarationWarning> SilentChange(PublishedDeclaration before, PublishedDeclaration after)
    {
        var from = after.Declaration.EffectiveFrom;
        var announced = from != before.Declaration.EffectiveFrom && from > DateOnly.FromDateTime(after.PublishedAt.UtcDateTime);
        if (!announced && DeclarationDifference.Between(before, after).Changes.Any(change => IsMaterial(change, before, after)))
            yield return WarningTexts.Of("silent-change", "/effectiveFrom");
    }

    /// <summary>Not what nobody reads, nor a purpose that means what it meant, in a mended spelling or one language more.</summary>
    private static bool IsMaterial(DeclarationChange change, PublishedDeclaration before, PublishedDeclaration after) => change switch
    {
        { List: "declaration" } => change.Members.Except(Unread, StringComparer.Ordinal).Any(),
        { List: "purposes", What: "changed" } =>
            change.Members.Except(ToldInMeaning, StringComparer.Ordinal).Any() || before.MeaningOf(change.Id) != after.MeaningOf(change.Id),
        _ => true,
    };

    private static bool IsOfStatistics(Purpose purpose) => DoubtfulTexts.IsOfStatistics(purpose.Id) || purpose.Name.Values.Any(DoubtfulTexts.IsOfStatistics);

    /// <summary>Counted from the first day of a year that is no leap year: P365D is a year, P366D is longer.</summary>
    private static bool IsLonger(Term term, Term limit)
    {
        var start = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return term.After(start) > limit.After(start);
    }
}
