using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Subscriber;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>May I send this topic to these addresses? Answers each, in the order asked.</summary>
internal static class CheckAddresses
{
    private const int MostAddresses = 10_000;
    private const int LargestBody = 4 << 20;

    private sealed record Body(string Topic, IReadOnlyList<string?> Addresses);

    private sealed record Answer(IReadOnlyList<Result> Results);

    private sealed record Result(string? Address, bool Permitted, string Reason);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/check", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent, AddressStreams addresses, TimeProvider time,
        CancellationToken cancel)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var (body, problem) = await JsonBody.ReadAsync<Body>(request, LargestBody);
        if (body is null) return problem!;
        if (body.Addresses is null) return Problems.MalformedBody("The member addresses is missing.");
        if (inForce.Declaration.FindTopic(body.Topic ?? "") is not { } topic) return MarketingProblems.UnknownTopic(body.Topic);
        if (body.Addresses.Count > MostAddresses)
            return MarketingProblems.TooManyAddresses(MostAddresses);

        var (ring, now) = (addresses.RingOf(inForce.Declaration.Controller.Id), time.Now());
        var found = new List<IReadOnlyList<AddressStream>?>(body.Addresses.Count);
        foreach (var asked in body.Addresses)
            found.Add(EmailAddress.TryNormalise(asked, out var address) ? await addresses.FindAsync(ring, site, address, cancel) : null);
        var receipts = consent.NewestOf(site, found.OfType<IReadOnlyList<AddressStream>>().SelectMany(streams => streams).Select(s => s.SubjectId));
        return TypedResults.Ok(new Answer([.. body.Addresses.Zip(found, (asked, streams) => Decide(asked, streams))]));

        Result Decide(string? asked, IReadOnlyList<AddressStream>? streams)
        {
            var (permitted, reason) = streams is null
                ? new SendDecision(false, "invalid-address")
                : MaySend.Decide(
                    [.. streams.Select(s => s.Entry(topic.Id)).OfType<TopicEntry>()],
                    [.. streams.Select(s => receipts.GetValueOrDefault(s.SubjectId)).OfType<Receipt>()],
                    inForce, topic.Id, now);
            return new Result(asked, permitted, reason);
        }
    }
}
