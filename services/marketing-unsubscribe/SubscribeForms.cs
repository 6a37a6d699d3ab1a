using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>Finds out which form an address stands for and in which language, and takes what was filled in.</summary>
public sealed class SubscribeForms(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, TypedOptIns typed, PublicUrl publicUrl, ILogger<SubscribeForms> logger)
{
    private const string Source = "form";

    /// <summary>When to try again, in seconds, where no mail can be sent.</summary>
    private const string Later = "60";

    /// <param name="form">What was filled in; null where the page is asked for.</param>
    internal async Task<IResult> AnswerAsync(string site, string topicId, HttpRequest request, IFormCollection? form, CancellationToken cancel)
    {
        var inForce = declarations.InForce(site);
        var declaration = inForce?.Declaration;
        var asked = form?[SubscribeFormPage.LanguageField].ToString() ?? "";
        var language = PageLanguage.Choose(request.Query["language"], asked, request.Headers.AcceptLanguage, declaration?.Languages[0]);
        if (inForce is null || declaration is null || TopicOnChannel.Find(declaration, topicId, ChannelTopic.NameOf(Channel.Email)) is not { } topic)
            return new HtmlPage(StatusCodes.Status404NotFound, language, SubscribeFormPage.OfNothing(language, declaration?.Controller));
        if (declaration.Retired) return new HtmlPage(StatusCodes.Status410Gone, language, SubscribeFormPage.OfNothing(language, declaration.Controller));
        if (form is not null && ForeignOrigin(request, declaration) is { } foreign) return foreign;

        var framedBy = declaration.Origins;
        var view = new SubscribeFormPage.View(
            SubscribeFormState.Ask, site, topic.Told, ConfirmationPages.TextLanguage(declaration, language, asked), declaration.Controller, declaration.Children is not null);
        if (form is null) return Page(view, StatusCodes.Status200OK);

        view = view with { Typed = form[SubscribeFormPage.AddressField].ToString(), IsOfAge = form.ContainsKey(SubscribeFormPage.OfAgeField) };
        var isAddress = EmailAddress.TryNormalise(view.Typed, out var address);
        view = view with { State = SubscribeFormState.Wrong, IsAddressWrong = !isAddress, IsAgeWrong = view is { IsForChildren: true, IsOfAge: false } };
        if (address is null || view.IsAgeWrong) return Page(view, StatusCodes.Status422UnprocessableEntity);

        var proof = OptInProof.On(inForce, topic.Declared, view.TextLanguage, Source, null) with { OfAge = view.IsOfAge ? true : null };
        if (await TryRecordAsync(inForce, topic, address, proof, cancel)) return Page(view with { State = SubscribeFormState.Sent }, StatusCodes.Status200OK);
        request.HttpContext.Response.Headers.RetryAfter = Later;
        return Page(view with { State = SubscribeFormState.Later }, StatusCodes.Status503ServiceUnavailable);

        HtmlPage Page(SubscribeFormPage.View shown, int status) => new(status, language, SubscribeFormPage.Of(shown, language), framedBy);
    }

    /// <returns>False when nothing was promised, and nothing stored.</returns>
    private async Task<bool> TryRecordAsync(PublishedDeclaration inForce, TopicOnChannel topic, string address, OptInProof proof, CancellationToken cancel)
    {
        try
        {
            return await typed.RecordAsync(inForce, topic, address, proof, cancel) is not null;
        }
        catch (Exception e) when (e is IUnavailable)
        {
            logger.LogWarning("Answered 503: {Reason}", e.Message);
            return false;
        }
    }

    /// <summary>As where a page's script subscribes; a page that tells no referrer has no origin to tell either, such as the form's own.</summary>
    private IResult? ForeignOrigin(HttpRequest request, Declaration declaration)
    {
        var origin = request.Headers.Origin.ToString();
        return origin == "null" || string.Equals(origin, publicUrl.Value.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)
            ? null
            : SiteCors.ForeignOrigin(request, declaration);
    }
}
