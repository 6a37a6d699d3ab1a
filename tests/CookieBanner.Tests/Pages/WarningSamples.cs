using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>A declaration that nothing is warned of, and what is easily changed in it.</summary>
internal static class WarningSamples
{
    /// <summary>Offers every right, so that nothing is warned of.</summary>
    public static readonly Declaration Clean = Declaration() with
    {
        Rights = Declaration().Rights with { Requests = Enum.GetValues<RightsRequest>() },
        Cookies = [Stores("necessary", "consent-choice") with { Lifetime = Term.SixMonths }, Stores("statistics", "_stats*") with { Lifetime = new Term(0, 13, 0) }],
    };

    public static IEnumerable<string> Ids(Declaration declaration) => DeclarationWarnings.Of(declaration).Select(w => w.Id);

    public static Declaration Measure(string text) => Clean with { Measures = [new Statement("one", Say(text))] };

    public static Declaration WithPurpose(Purpose purpose) => Clean with { Purposes = [.. Clean.Purposes, purpose] };
}
