using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>
/// Statements that no controller can make, because the law knows no such thing: each check names its article. Implied consent has no
/// member in a declaration; <see cref="ImpliedConsent"/> looks for it in the texts.
/// </summary>
internal static class DeclarationLawfulness
{
    private static readonly Dictionary<string, LegalBasis> _bases =
        Enum.GetValues<LegalBasis>().ToDictionary(basis => JsonNamingPolicy.KebabCaseLower.ConvertName(basis.ToString()));

    public static IEnumerable<DeclarationFault> Faults(JsonObject declaration) =>
    [
        .. InterestsUnnamed(declaration),
        .. SpecialCategoriesWithoutConsent(declaration),
        .. RecipientsWithoutAgreement(declaration),
        .. TransfersWithoutSafeguard(declaration),
        .. AdvertisingCookiesWithoutConsent(declaration),
        .. AdvertisingSignalsOfOtherPurposes(declaration),
        .. MarketingOnOtherBases(declaration),
        .. DeadlineTooLate(declaration),
        .. RightsMissing(declaration),
        .. ConsentThatNeverHolds(declaration),
        .. RegimesInDisorder(declaration),
        .. ConsentRecordUndeclared(declaration),
        .. ImpliedConsent.Faults(declaration),
    ];

    /// <summary>GDPR art. 13(1)(d): the interest is told.</summary>
    private static IEnumerable<DeclarationFault> InterestsUnnamed(JsonObject declaration) => declaration.Maps("purposes")
        .Where(at => BasisOf(at.Item) is LegalBasis.LegitimateInterest && !at.Item.ContainsKey("interest"))
        .Select(at => new DeclarationFault($"{at.Path}/interest", "Tell the legitimate interest and how it was weighed, or choose another legal basis."));

    /// <summary>GDPR art. 9(2)(a); the other exceptions of art. 9 are not modelled.</summary>
    private static IEnumerable<DeclarationFault> SpecialCategoriesWithoutConsent(JsonObject declaration)
    {
        var special = declaration.Maps("dataCategories").Where(at => at.Item.IsTrue("special")).Select(at => at.Item.Text("id")).ToHashSet();
        return
            from at in declaration.Maps("purposes")
            where BasisOf(at.Item) is not (null or LegalBasis.Consent)
            from word in at.Item.Words("dataCategories")
            where special.Contains(word.Text)
            select new DeclarationFault($"{at.Path}/dataCategories/{word.Index}", "Remove this special category, or let the purpose rest on consent.");
    }

    /// <summary>GDPR art. 28(3) and 26(1).</summary>
    private static IEnumerable<DeclarationFault> RecipientsWithoutAgreement(JsonObject declaration) =>
        from at in declaration.Maps("vendors")
        let needed = at.Item.Text("role") switch
        {
            "processor" => "processing-agreement",
            "joint-controller" => "joint-controller-arrangement",
            _ => null,
        }
        where needed is not null && (at.Item["agreement"] as JsonObject)?.Text("kind") != needed
        select new DeclarationFault($"{at.Path}/agreement", $"Name the agreement with this recipient: its kind is {needed}.");

    /// <summary>GDPR art. 44 to 46.</summary>
    private static IEnumerable<DeclarationFault> TransfersWithoutSafeguard(JsonObject declaration) => declaration.Maps("vendors")
        .Where(at => at.Item.Text("country") is { } country && !EuropeanEconomicArea.Countries.Contains(country) && !at.Item.ContainsKey("safeguard"))
        .Select(at => new DeclarationFault($"{at.Path}/safeguard", "Name the safeguard of this transfer out of the EEA, or correct the country."));

    /// <summary>Dutch Telecommunications Act (Tw) art. 11.7a(1): no exception covers advertising.</summary>
    private static IEnumerable<DeclarationFault> AdvertisingCookiesWithoutConsent(JsonObject declaration)
    {
        var purposes = declaration.Maps("purposes").Where(at => at.Item.IsTrue("advertising") && BasisOf(at.Item) is not (null or LegalBasis.Consent))
            .Select(at => at.Item.Text("id")).ToHashSet();
        return declaration.Maps("cookies")
            .Where(at => purposes.Contains(at.Item.Text("purpose")))
            .Select(at => new DeclarationFault($"{at.Path}/purpose", "Place this under a purpose that rests on consent; an advertising cookie needs it."));
    }

    /// <summary>GDPR art. 4(11) and 6(1)(a): whoever agreed to statistics has not agreed to advertising.</summary>
    private static IEnumerable<DeclarationFault> AdvertisingSignalsOfOtherPurposes(JsonObject declaration) =>
        from at in declaration.Maps("purposes")
        where !at.Item.IsTrue("advertising") || BasisOf(at.Item) is not (null or LegalBasis.Consent)
        from word in at.Item.Words("signals")
        where word.Text.StartsWith("ad_", StringComparison.Ordinal)
        select new DeclarationFault($"{at.Path}/signals/{word.Index}", "Move this to a purpose of advertising that rests on consent; agreeing to anything else does not grant it.");

    /// <summary>Tw art. 11.7(1) and (3): marketing follows an opt-in, or an earlier sale as a legitimate interest.</summary>
    private static IEnumerable<DeclarationFault> MarketingOnOtherBases(JsonObject declaration)
    {
        var other = declaration.Maps("purposes").Where(at => BasisOf(at.Item) is not (null or LegalBasis.Consent or LegalBasis.LegitimateInterest))
            .Select(at => at.Item.Text("id")).ToHashSet();
        return declaration.Maps("topics")
            .Where(at => other.Contains(at.Item.Text("purpose")))
            .Select(at => new DeclarationFault($"{at.Path}/purpose", "Name a purpose that rests on consent or legitimate interest; marketing has no other basis."));
    }

    /// <summary>GDPR art. 12(3).</summary>
    private static IEnumerable<DeclarationFault> DeadlineTooLate(JsonObject declaration) =>
        (declaration["rights"] as JsonObject)?.Term("deadline") is { } term && !IsWithinOneMonth(term)
            ? [new DeclarationFault("/rights/deadline", "Answer within one month: write P1M, P4W, P28D or less, and more than nothing.")]
            : [];

    private static bool IsWithinOneMonth(Term term) => term switch
    {
        { Years: 0, Months: 1, Days: 0 } => true,
        { Years: 0, Months: 0, Days: >= 1 and <= 31 } => true,
        _ => false,
    };

    /// <summary>GDPR art. 7(3) and 21: a basis brings its right with it.</summary>
    private static IEnumerable<DeclarationFault> RightsMissing(JsonObject declaration)
    {
        if (declaration["rights"] is not JsonObject rights || rights["requests"] is not JsonArray) return [];
        var bases = declaration.Maps("purposes").Select(at => BasisOf(at.Item)).ToHashSet();
        var offered = rights.Words("requests").Select(word => word.Text).ToHashSet();
        (bool Needed, string Right)[] needs =
        [
            (bases.Contains(LegalBasis.Consent), "withdrawal"),
            (bases.Contains(LegalBasis.LegitimateInterest) || bases.Contains(LegalBasis.PublicTask), "objection"),
        ];
        var missing = needs.Where(need => need.Needed && !offered.Contains(need.Right)).Select(need => need.Right).ToList();
        return missing.Count == 0 ? [] : [new DeclarationFault("/rights/requests", $"Add {string.Join(" and ", missing)}; the legal bases of the purposes bring it.")];
    }

    private static IEnumerable<DeclarationFault> ConsentThatNeverHolds(JsonObject declaration) =>
        declaration.Term("consentValidFor") is { Years: 0, Months: 0, Days: 0 }
            ? [new DeclarationFault("/consentValidFor", "Remember a choice for a day at least; leave the member out for six months.")]
            : [];

    /// <summary>One act governs a day: regimes stand in order of time and do not overlap.</summary>
    private static IEnumerable<DeclarationFault> RegimesInDisorder(JsonObject declaration)
    {
        string? reached = null;
        var first = true;
        foreach (var (regime, path) in declaration.Maps("regimes"))
        {
            // ISO dates order as text.
            var (from, until) = (regime.Text("from") ?? "0000", regime.Text("until") ?? "9999");
            if (string.CompareOrdinal(from, until) > 0) yield return new DeclarationFault($"{path}/until", "End the regime on or after the day on which it begins.");
            if (!first && string.CompareOrdinal(from, reached) <= 0) yield return new DeclarationFault($"{path}/from", "Begin after the end of the regime before it.");
            (reached, first) = (until, false);
        }
    }

    /// <summary>
    /// To keep who consented to what is processing too: it has a basis of its own (GDPR art. 7(1) asks for the proof) and a term
    /// (art. 5(1)(e)), and both are told. It is recognised by the cookie in which the banner keeps the choice.
    /// </summary>
    private static IEnumerable<DeclarationFault> ConsentRecordUndeclared(JsonObject declaration)
    {
        if (!declaration.Maps("purposes").Any(at => BasisOf(at.Item) is LegalBasis.Consent)) return [];
        var cookie = declaration.Maps("cookies").FirstOrDefault(at => at.Item.Text("name") == Declaration.ChoiceCookie);
        if (cookie.Item is null)
        {
            return
            [
                new DeclarationFault("/cookies", $"Declare the cookie {Declaration.ChoiceCookie}, in which a choice is remembered, under the purpose of keeping proof of consent."),
            ];
        }

        var proof = declaration.Maps("purposes").FirstOrDefault(at => at.Item.Text("id") == cookie.Item.Text("purpose"));
        if (proof.Item is null) return [];
        if (BasisOf(proof.Item) is LegalBasis.Consent)
            return [new DeclarationFault($"{cookie.Path}/purpose", "Place this under a purpose that does not rest on consent: keeping the proof of consent is a legal obligation.")];
        var term = declaration.Term("proofFor") ?? new Term(5, 0, 0);
        return BasisOf(proof.Item) is not LegalBasis.LegalObligation || (proof.Item["retention"] as JsonObject)?.Term("term") == term
            ? []
            : [new DeclarationFault($"{proof.Path}/retention/term", $"Write {term}, for which receipts are kept as proof, or write another proofFor.")];
    }

    /// <summary>The basis; null when none is named, or one that is none.</summary>
    private static LegalBasis? BasisOf(JsonObject purpose) =>
        _bases.TryGetValue(purpose.Text("legalBasis") ?? "", out var basis) ? basis : null;
}
