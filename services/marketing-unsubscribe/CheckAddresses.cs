using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Subscriber;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// May I send this topic, on this channel, to these addresses? Answers each, in the order asked, with the reason and the id of the record on which that rests.
/// With one address it is the gate that a mailer asks per message: by POST as well, because no address belongs in a URL. Few are answered as
/// a whole; many are decided and written a piece at a time, all by the declaration and the moment at which they were asked (see
/// <see cref="StreamResults"/> for the two forms of the answer, and for what becomes of it when something fails on the way).
/// </summary>
internal static class CheckAddresses
{
    private const int MostAddresses = 100_000;
    private const int AtOnce = 1000;

    /// <summary>Room for so many addresses of 320 characters each, with what stands between them; usual ones have 25. The gateway has a route of its own for it.</summary>
    private const int LargestBody = 32 << 20;

    /// <param name="Subjects">Whether the answer names the ids of each address, for who has to know it again in what the other services tell.</param>
    /// <param name="Channel">On which it is to be sent; e-mail unless said.</param>
    private sealed record Body(string Topic, IReadOnlyList<string?> Addresses, bool Subjects = false, string? Channel = null);

    private sealed record Answer(IReadOnlyList<CheckedAddress> Results);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/check", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent, AddressStreams addresses, AddressIndexFeed index, ChannelRules rules,
        TimeProvider time, CancellationToken cancel)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var (body, problem) = await JsonBody.ReadAsync<Body>(request, LargestBody);
        if (body is null) return problem is ProblemHttpResult { StatusCode: StatusCodes.Status413PayloadTooLarge } ? TooLarge() : problem!;
        if (body.Addresses is not { } all) return Problems.MalformedBody("The member addresses is missing.");
        if (TopicOnChannel.Find(inForce.Declaration, body.Topic, body.Channel) is not { } topic) return MarketingProblems.NoSuchTopic(inForce.Declaration, body.Topic);
        if (all.Count > MostAddresses) return MarketingProblems.TooManyAddresses(MostAddresses);

        var (ring, country, now, isNamed) = (addresses.RingOf(inForce.Declaration.Controller.Id), inForce.Declaration.Controller.Country, time.Now(), body.Subjects);
        // By the country of the number: what is decided of one kind of address may be another thing there.
        var indexed = new Dictionary<string, AddressIndexAnswers>(StringComparer.Ordinal);
        // What was said to the controllers that the site had before is looked for in memory too: who said no, the stores tell.
        var formerRings = addresses.FormerRings(site);
        List<AddressIndexAnswers> formerly =
        [
            .. formerRings.Select(former => index.AnswersFor(
                inForce, former, topic, now, (own, held, _) => new SendDecision(FormerNo.Of(own, held, inForce.Declaration, topic.Id).Count == 0, "formerly"))),
        ];
        var asLines = StreamResults.IsAskedForLines(request);
        if (all.Count <= AtOnce && !asLines) return TypedResults.Ok(new Answer(await DecideAllAsync(all)));
        await StreamResults.WriteAsync(request.HttpContext, InPiecesAsync(), asLines);
        return Results.Empty;

        async IAsyncEnumerable<IReadOnlyList<CheckedAddress>> InPiecesAsync()
        {
            foreach (var piece in all.Chunk(AtOnce)) yield return await DecideAllAsync(piece);
        }

        async Task<IReadOnlyList<CheckedAddress>> DecideAllAsync(IReadOnlyList<string?> some)
        {
            // Before the receipts are read. Until then a "no" in the consent service may not have been heard of.
            var isLoaded = consent.IsLoadedFor(site);
            // What is not in memory is asked of the stores.
            var isIndexed = await index.IsCurrentAsync(cancel);
            if (isIndexed) foreach (var answers in indexed.Values.Concat(formerly)) answers.Begin();
            var (known, subjects, found) = (new SendDecision?[some.Count], new IReadOnlyList<string>?[some.Count], new IReadOnlyList<AddressStream>?[some.Count]);
            var (called, before) = (new string?[some.Count], new IReadOnlyList<AddressStream>?[some.Count]);
            for (var i = 0; i < some.Count; i++)
            {
                if (!ContactAddress.TryNormalise(some[i], topic.Channel, country, out var address)) continue;
                called[i] = ContactAddress.CountryOf(address);
                if (isIndexed && formerly.TrueForAll(answers => answers.Of(address) is { Permitted: true })) known[i] = IndexedOf(called[i]).Of(address);
                if (known[i] is null) found[i] = await addresses.FindAsync(ring, site, address, cancel);
                if (known[i] is null) before[i] = await addresses.FindUnderAsync(formerRings, site, address, cancel);
                if (isNamed) subjects[i] = ring.AddressIds(address);
            }
            var (receipts, unreadable) = consent.ReadNewestOf(site, found.Concat(before).OfType<IReadOnlyList<AddressStream>>().SelectMany(streams => streams).Select(s => s.SubjectId));
            return [.. some.Select((asked, i) => Decide(asked, known[i], found[i], before[i] ?? [], called[i], subjects[i], receipts, unreadable, isLoaded))];
        }

        AddressIndexAnswers IndexedOf(string? called)
        {
            if (indexed.TryGetValue(called ?? "", out var answers)) return answers;
            answers = index.AnswersFor(
                inForce, ring, topic, now, (own, held, isRelated) => MaySend.Decide(own, held, inForce, topic.Id, now, isRelated: isRelated, called: called, rules: rules));
            answers.Begin();
            return indexed[called ?? ""] = answers;
        }

        CheckedAddress Decide(
            string? asked, SendDecision? known, IReadOnlyList<AddressStream>? streams, IReadOnlyList<AddressStream> before, string? called, IReadOnlyList<string>? subjects,
            IReadOnlyDictionary<string, Receipt> receipts, IReadOnlySet<string> unreadable, bool isLoaded)
        {
            var (permitted, reason, receipt, register) = known ?? (streams is null
                ? new SendDecision(false, "invalid-address")
                : MaySend.Decide(
                    [.. streams.Select(s => s.Entry(topic.Id)).OfType<TopicEntry>()],
                    [.. streams.Select(s => receipts.GetValueOrDefault(s.SubjectId)).OfType<Receipt>()],
                    inForce, topic.Id, now, streams.Concat(before).Any(s => unreadable.Contains(s.SubjectId)), streams.Any(s => s.IsRelated), called, rules,
                    FormerNo.Of(before, receipts, inForce.Declaration, topic.Id)));
            if (permitted && !isLoaded) return new CheckedAddress(asked, false, "not-loaded", null, subjects);
            var frequency = permitted && streams is not null ? PreferenceDecisions.FrequencyOf(topic.Declared, streams) : null;
            return new CheckedAddress(asked, permitted, reason, receipt, subjects, frequency, register);
        }
    }

    private static ProblemHttpResult TooLarge() => Problems.Because(413, "body-too-large", "The body is too large.",
        $"Send at most {LargestBody} bytes in one call: divide the addresses over several.");
}
