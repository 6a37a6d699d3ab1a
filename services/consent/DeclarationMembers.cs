using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Contracts;
using static Consent.ConsentService.Shapes;

namespace Consent.ConsentService;

/// <summary>
/// Which members a declaration has and how each is written: the code's side of <c>declaration.schema.json</c>. What one goes
/// without, the other must; tests hold them to the same samples.
/// </summary>
internal static partial class DeclarationMembers
{
    /// <summary>Of one vendor. They travel to every page that has the guard.</summary>
    private const int MostHosts = 50;

    /// <summary>Of one topic, for a person to choose from.</summary>
    private const int MostFrequencies = 10;

    private static readonly Shape _id = TextThat(Id().IsMatch, "an id: 2 to 63 lower-case letters, digits and hyphens, a letter first");
    private static readonly Shape _line = TextThat(Line().IsMatch, "a text of one line that is not blank");
    private static readonly Shape _country = TextThat(DeclarationCountries.All.Contains, "a country code of ISO 3166-1 alpha-2, such as NL, or GB for the United Kingdom");
    private static readonly Shape _email = TextThat(Email().IsMatch, "an e-mail address, such as privacy@shop.example");
    private static readonly Shape _url = TextThat(IsHttps, "an address that starts with https://");
    private static readonly Shape _origin = TextThat(
        IsOrigin, "an origin: https://host or https://host:port in lower case, with no path and no default port; http only for localhost");
    private static readonly Shape _host = TextThat(
        Host().IsMatch, "a host name in lower case, such as player.vendor.example, or *.vendor.example for all under it; no address, port or path");
    private static readonly Shape _language = TextThat(Language().IsMatch, "a language tag, such as nl or en-GB");
    private static readonly Shape _digits = TextThat(EightDigits().IsMatch, "the eight digits of the trade register number");
    private static readonly Shape _date = TextThat(
        text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), "a date as 2018-05-25");
    private static readonly Shape _term = TextThat(
        text => Term.TryParse(text, out _), "a term of years, months, weeks or days, such as P6M or P28D");

    private static readonly Shape _mailStream = Object(Must("id", _id), Must("class", OneOf<MailClass>()), May("topic", _id), May("purpose", _id));

    /// <param name="languages">Those that each text must be written in; none when the declaration does not say.</param>
    public static Shape Of(IReadOnlyCollection<string> languages)
    {
        var texts = TextsIn(languages);
        var statement = Object(Must("id", _id), Must("text", texts));
        return Object(
            Must("site", _id),
            Must("effectiveFrom", _date),
            Must("origins", List(_origin, atLeast: 1, distinct: true)),
            Must("languages", List(_language, atLeast: 1, distinct: true)),
            Must("controller", Controller()),
            Must("supervisoryAuthority", Object(Must("name", _line), Must("website", _url))),
            May("regimes", List(Object(Must("law", _line), May("from", _date), May("until", _date)))),
            Must("scopeOfStatement", texts),
            Must("announcementOfChanges", texts),
            Must("dataCategories", List(Object(Must("id", _id), Must("name", texts), May("special", YesOrNo), May("source", texts)), atLeast: 1)),
            Must("purposes", List(Purpose(texts), atLeast: 1)),
            Must("vendors", List(Vendor(texts))),
            Must("cookies", List(Cookie(texts))),
            Must("topics", List(Topic(texts))),
            Must("rights", Rights(texts)),
            May("disclosures", List(statement)),
            May("measures", List(statement)),
            May("automatedDecisions", List(statement)),
            May("consentValidFor", _term), May("graceFor", _term), May("proofFor", _term), May("retired", YesOrNo),
            May("children", Object(Must("ages", AgesByCountry))), May("bannerTexts", DeclarationBannerTexts.In(languages)),
            May("mailStreams", List(_mailStream, atLeast: 1)));
    }

    private static Shape Controller() => Object(
        Must("id", _id), Must("name", _line), May("legalForm", _line), May("tradeRegisterNumber", _digits), Must("address", _line),
        Must("postcode", _line), Must("city", _line), Must("country", _country), May("phone", _line), Must("email", _email), Must("website", _url),
        May("dataProtectionOfficer", Object(May("name", _line), Must("email", _email), May("phone", _line))),
        May("representative", Object(Must("name", _line), Must("address", _line), Must("country", _country), Must("email", _email))));

    private static Shape Purpose(Shape texts) => Object(
        Must("id", _id), Must("name", texts), Must("description", texts), Must("legalBasis", OneOf<LegalBasis>()), May("interest", texts),
        Must("dataCategories", List(_id, atLeast: 1, distinct: true)), May("dataSubjects", texts),
        Must("retention", Object(May("term", _term), May("workingDays", YesOrNo), Must("trigger", _id), Must("description", texts))),
        May("vendors", List(_id, distinct: true)), May("advertising", YesOrNo),
        May("signals", List(OneOf("ad_storage", "ad_user_data", "ad_personalization", "analytics_storage", "functionality_storage", "personalization_storage"), atLeast: 1, distinct: true)));

    private static Shape Vendor(Shape texts) => Object(
        Must("id", _id), Must("name", _line), Must("role", OneOf<VendorRole>()), Must("country", _country),
        May("agreement", Object(Must("kind", OneOf("processing-agreement", "joint-controller-arrangement", "terms")), May("url", _url))),
        May("safeguard", OneOf("adequacy-decision", "standard-contractual-clauses", "binding-corporate-rules", "code-of-conduct", "certification")),
        May("privacyPolicy", _url), May("conditions", texts), May("contact", _email), May("hosts", List(_host, atLeast: 1, distinct: true, atMost: MostHosts)));

    private static Shape Cookie(Shape texts) => Object(
        Must("name", _line), Must("kind", OneOf<CookieKind>()), Must("purpose", _id), May("vendor", _id), May("lifetime", _term),
        Must("description", texts));

    private static Shape Topic(Shape texts) => Object(
        Must("id", _id), Must("purpose", _id), Must("name", texts), Must("description", texts),
        Must("channels", List(OneOf<Channel>(), atLeast: 1, distinct: true)),
        May("frequencies", List(Object(Must("id", _id), Must("name", texts)), atLeast: 2, atMost: MostFrequencies)));

    private static Shape Rights(Shape texts) => Object(
        Must("requests", List(OneOf<RightsRequest>(), atLeast: 1, distinct: true)), Must("email", _email), Must("deadline", _term),
        Must("identityCheck", Object(Must("method", OneOf<IdentityCheckMethod>()), Must("description", texts))), Must("procedure", texts));

    private static IEnumerable<DeclarationFault> AgesByCountry(JsonNode? node, string path) => node is not JsonObject { Count: > 0 } ages
        ? [new DeclarationFault(path, "Write a map of countries to ages, such as NL: 16.")]
        : ages.Where(m => !DeclarationCountries.All.Contains(m.Key) || !IsAge(m.Value)).Select(m => new DeclarationFault(
            $"{path}/{Escaped(m.Key)}", "Write a country code of ISO 3166-1 alpha-2 with an age from 13 to 16 (GDPR art. 8(1))."));

    // YAML's plain scalars are read as texts.
    private static bool IsAge(JsonNode? node) =>
        int.TryParse(node?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var age) && age is >= 13 and <= 16;

    private static Shape TextsIn(IReadOnlyCollection<string> languages)
    {
        var text = TextThat(words => !string.IsNullOrWhiteSpace(words), "a text that is not blank");
        return languages.Count > 0
            ? Object([.. languages.Select(language => Must(language, text))])
            : (node, path) => Object([.. (node as JsonObject ?? []).Select(m => Must(m.Key, text))])(node, path);
    }

    private static bool IsHttps(string text) =>
        Url().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0;

    private static bool IsOrigin(string text) =>
        Origin().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == text;

    [GeneratedRegex(@"^[a-z][a-z0-9-]{1,62}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"^(?=.*\S)[^\p{Cc}]+\z")]
    private static partial Regex Line();

    [GeneratedRegex(@"^[^\s@<>]+@[^\s@<>.]+(\.[^\s@<>.]+)+\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Email();

    [GeneratedRegex(@"^https://[^\s/?#]+\S*\z")]
    private static partial Regex Url();

    [GeneratedRegex(@"^(https://[a-z0-9.-]+|http://(([a-z0-9-]+\.)*localhost|127(\.[0-9]{1,3}){3}|\[::1\]))(:[0-9]{1,5})?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Origin();

    [GeneratedRegex(@"^(\*\.)?(?=.{1,253}\z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Host();

    [GeneratedRegex(@"^[a-z]{2,3}(-[A-Z]{2})?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Language();

    [GeneratedRegex(@"^[0-9]{8}\z")]
    private static partial Regex EightDigits();
}
