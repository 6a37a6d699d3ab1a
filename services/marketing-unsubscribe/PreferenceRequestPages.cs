using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The page on which anybody asks for the link to the preferences of an address: typed, or known by a link that he has and then not shown. It answers
/// everybody alike, and tells nothing of the address.
/// </summary>
internal sealed class PreferenceRequestPages(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, UnsubscribeTokens optOuts, PreferenceTokens tokens,
    PreferenceRequests requests, AskHere askHere, ILogger<PreferenceRequestPages> logger)
{
    public const string AddressField = "address";

    /// <summary>A link's token, of an opt-out or of preferences, by which the address is known.</summary>
    public const string LinkField = "link";

    /// <summary>What a page says of itself that offers another mail, where a link to preferences ran out.</summary>
    public const string Again = "again";

    public IResult Show(string site, HttpRequest request)
    {
        var declaration = declarations.InForce(site)?.Declaration;
        var language = LanguageOf(request, null, declaration);
        return declaration is null ? Unknown(language) : Ask(declaration, language, null);
    }

    /// <summary>Behind a link on a page of an opt-out link.</summary>
    public IResult ShowOfLink(string token, HttpRequest request)
    {
        var link = optOuts.Read(token);
        var declaration = link is null ? null : declarations.InForce(link.Site)?.Declaration;
        var language = LanguageOf(request, link?.Language, declaration);
        return declaration is null ? Unknown(language) : Ask(declaration, language, Known(token, declaration.Site));
    }

    public async Task<IResult> HandleAsync(string site, HttpRequest request, CancellationToken cancel)
    {
        var (form, problem) = await OneClickUnsubscribe.ReadFormAsync(request, cancel);
        if (problem is not null) return problem;
        var declaration = declarations.InForce(site)?.Declaration;
        var known = Known(form[LinkField], site);
        var language = LanguageOf(request, known?.Language, declaration);
        if (declaration is null) return Unknown(language);
        if (!requests.IsOn) return Page(StatusCodes.Status503ServiceUnavailable, language, PreferenceRequestPage.WithoutMail(declaration, language));
        if (!TryAddress(form, known, out var address))
        {
            var isWrong = known is null && form.ContainsKey(AddressField);
            return Ask(declaration, language, known, isWrong ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK);
        }

        try
        {
            await requests.SendAsync(declaration, address, language, cancel);
        }
        catch (Exception e) when (e is IUnavailable)
        {
            logger.LogWarning("Answered 503: {Reason}", e.Message);
            return Page(StatusCodes.Status503ServiceUnavailable, language, PreferenceRequestPage.Busy(declaration, language));
        }
        return Page(StatusCodes.Status202Accepted, language, PreferenceRequestPage.Sent(declaration, language));
    }

    /// <summary>A form that a page filled in counts with that page's value only: a scanner which posts blindly has nobody sent a mail.</summary>
    private static bool TryAddress(IFormCollection form, KnownAddress? known, [NotNullWhen(true)] out string? address)
    {
        if (known is null) return EmailAddress.TryNormalise(form[AddressField], out address);
        address = known.IsProof(form[PreferenceForm.ProofField]) ? known.Address : null;
        return address is not null;
    }

    /// <summary>Null for a link of another site, one that is none, one of a revoked key, and one to a telephone, which no mail reaches.</summary>
    private KnownAddress? Known(string? token, string site)
    {
        if (token is null) return null;
        var (link, preferences) = (optOuts.Read(token), tokens.Open(token));
        if (link is not null && link.Site == site && !optOuts.IsRevoked(token, link) && EmailAddress.TryNormalise(link.Address, out var address))
            return new KnownAddress(token, address, link.Language, optOuts.PageProof(token)!);
        return preferences is not null && preferences.Site == site
            ? new KnownAddress(token, preferences.Address, preferences.Language, tokens.PageProof(token, Again))
            : null;
    }

    private IResult Ask(Declaration declaration, string language, KnownAddress? known, int status = StatusCodes.Status200OK) => Page(
        status, language, requests.IsOn
            ? PreferenceRequestPage.Ask(declaration, language, known, status == StatusCodes.Status400BadRequest)
            : PreferenceRequestPage.WithoutMail(declaration, language));

    private static string LanguageOf(HttpRequest request, string? ofLink, Declaration? declaration) =>
        PageLanguage.Choose(request.Query["language"], ofLink, request.Headers.AcceptLanguage, declaration?.Languages[0]);

    private HtmlPage Unknown(string language) => Page(StatusCodes.Status404NotFound, language, UnsubscribePage.OfUnknownLink(language, askHere.In(declarations)));

    private static HtmlPage Page(int status, string language, string html) => new(status, language, html);
}

/// <param name="Token">By which it is known.</param>
/// <param name="Proof">The value of a page of this token.</param>
internal sealed record KnownAddress(string Token, string Address, string? Language, string Proof)
{
    public bool IsProof(string? proof) => proof is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Proof), Encoding.UTF8.GetBytes(proof));
}
