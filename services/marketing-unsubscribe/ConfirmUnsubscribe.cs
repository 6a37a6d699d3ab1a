namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The button on the page. Its form holds a value that only that page has, so that a scanner which posts blindly to every address
/// does nothing but see the page again.
/// </summary>
internal static class ConfirmUnsubscribe
{
    internal const string Action = "unsubscribe-page";
    public const string ProofField = "proof";

    /// <summary>Other topics that shall stop, ticked on the page that tells that the link's own has; may be repeated.</summary>
    public const string TopicField = "topic";

    /// <summary>There when everything shall stop.</summary>
    public const string EverythingField = "everything";

    /// <summary>The page's own secret, with which it can take back what is pressed on it: see <see cref="PagePress"/>.</summary>
    public const string SecretField = "page";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/u/{token}/confirm", HandleAsync);
        // Whoever reloads the address of the answer sees the state as it is.
        endpoints.MapMethods("/u/{token}/confirm", [HttpMethods.Get, HttpMethods.Head],
            (string token, HttpRequest request, UnsubscribePages pages, CancellationToken cancel) => pages.ShowAsync(token, request, cancel));
    }

    private static async Task<IResult> HandleAsync(
        string token, HttpRequest request, UnsubscribeTokens tokens, UnsubscribePages pages, OptOuts optOuts, CancellationToken cancel)
    {
        var (form, problem) = await OneClickUnsubscribe.ReadFormAsync(request, cancel);
        if (problem is not null) return problem;
        if (tokens.Read(token) is not { } link) return pages.Unknown(request);
        if (!tokens.IsPageProof(token, form[ProofField])) return await pages.ShowAsync(token, request, cancel);
        var (everything, secret, isRevoked) = (form.ContainsKey(EverythingField), form[SecretField].ToString(), tokens.IsRevoked(token, link));
        // Whether a press could be taken back would tell whether the address had opted out before.
        var (press, action) = isRevoked ? (null, UnsubscribeTokens.RevokedLink) : (PagePress.Of(secret), Action);
        var canUndo = await (everything
            ? optOuts.HonourAllAsync(link, action, cancel, press, isOfThePerson: !isRevoked)
            : optOuts.HonourAsync(link, action, cancel, [.. form[TopicField].OfType<string>()], press, isOfThePerson: !isRevoked));
        UnsubscribeState? done = everything ? UnsubscribeState.AllDone : isRevoked ? UnsubscribeState.Done : null;
        return await pages.ShowAsync(token, request, cancel, done, press is null ? null : secret, canUndo);
    }
}
