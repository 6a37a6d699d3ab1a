using System.Security.Claims;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// <c>POST /v1/sites/{site}/marketing/opt-outs</c>: opt-outs by address that were made elsewhere, in a mailing system or before this one came. By
/// topic, or without one of everything, what is declared later too. None is refused on a site that is known, retired ones included; a topic must have been
/// declared once, so that a slip of the pen is not taken for an opt-out. The caller vouches for what it sends. Bears repeating.
/// </summary>
internal static partial class RecordOptOuts
{
    private const int MostAddresses = 10_000;
    private const int AtOnce = 256;

    /// <summary>Room for so many addresses with their times.</summary>
    private const int LargestBody = 4 << 20;
    private const string InvalidAddress = "invalid-address";

    /// <param name="Topic">As in a check; absent, or <c>*</c>, for everything.</param>
    /// <param name="Channel">As in a check; absent for that of the topic's id, which is e-mail unless it says another.</param>
    /// <param name="Addresses">Opted out now.</param>
    /// <param name="OptOuts">The same with the moment at which it was said.</param>
    /// <param name="Source">Where it was said, such as <c>connector:mailchimp</c>: the action in the trace.</param>
    /// <param name="Cause"><c>bounced</c> or <c>complained</c>, which ends everything; absent for the person's own word.</param>
    private sealed record Body(string? Topic, string? Channel, IReadOnlyList<string?>? Addresses, IReadOnlyList<OptOutOf?>? OptOuts, string? Source, string? Cause);

    private sealed record OptOutOf(string? Address, DateTimeOffset? OptedOutAt);

    private sealed record Answer(IReadOnlyList<Result> Results);

    /// <param name="Address">As it was sent.</param>
    /// <param name="Outcome"><c>suppressed</c>, now or before; <c>confirmed-since</c> (see <see cref="StatedOptOuts"/>); <c>invalid-address</c>.</param>
    private sealed record Result(string? Address, string Outcome);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/opt-outs", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        StatedOptOuts optOuts, TimeProvider time, CancellationToken cancel)
    {
        if (declarations.Open(user, site) is not { } inForce) return Problems.UnknownSite();
        var (body, problem) = await JsonBody.ReadAsync<Body>(request, LargestBody);
        if (body is null) return problem!;
        if (body.Addresses is null && body.OptOuts is null) return Problems.MalformedBody("The member addresses is missing.");
        var topic = body.Topic is MarketingRecord.Everything ? null : body.Topic;
        if (topic is not null && !EverDeclared(declarations.Of(site), topic)) return MarketingProblems.UnknownTopic(topic);
        if (body.Channel is { } channel)
        {
            if (topic is null || (channel == ChannelTopic.NameOf(Channel.Email) ? ChannelTopic.Read(topic) is not { Channel: Channel.Email } : ChannelTopic.Read($"{topic}/{channel}") is null))
                return Problems.Invalid("unknown-channel", "There is no such channel.", "Set channel to email, sms, phone or post, beside the topic's own id; leave it out to end everything.");
            topic = channel == ChannelTopic.NameOf(Channel.Email) ? topic : $"{topic}/{channel}";
        }
        if (body.Source is { } source && !SourceName().IsMatch(source)) return InvalidSource();
        if (body.Cause is not (null or TopicEntry.Bounced or TopicEntry.Complained))
            return Problems.Invalid("opt-out-cause", "The cause is unknown.", "Set cause to bounced or complained, or leave it out for what the person said himself.");
        List<OptOutOf?> all = [.. (body.Addresses ?? []).Select(address => new OptOutOf(address, null)), .. body.OptOuts ?? []];
        if (all.Count > MostAddresses) return MarketingProblems.TooManyAddresses(MostAddresses);

        var (person, now, outcomes) = (new UnsubscribeLink(inForce.Declaration.Controller.Id, site, MarketingRecord.Everything, ""), time.Now(), new string[all.Count]);
        var (action, cause, country) = (body.Source ?? "stated-opt-out", body.Cause, inForce.Declaration.Controller.Country);
        // Those of one person one after the other, of different ones side by side: they share commits.
        foreach (var some in Enumerable.Range(0, all.Count).GroupBy(i => Normalised(all[i]?.Address, topic, country)).Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(async same =>
            {
                foreach (var i in same)
                {
                    // A clock that goes ahead of ours must not have an opt-out lie in the future.
                    var at = all[i]?.OptedOutAt is { } said && said < now ? said : (DateTimeOffset?)null;
                    outcomes[i] = same.Key.Length == 0 ? InvalidAddress : await optOuts.TakeAsync(person with { Address = same.Key }, new(topic, action, cause, at), cancel);
                }
            }));
        }
        return TypedResults.Ok(new Answer([.. all.Zip(outcomes, (asked, outcome) => new Result(asked?.Address, outcome))]));
    }

    private static bool EverDeclared(DeclarationHistory history, string id) =>
        ChannelTopic.Read(id) is { } read && history.Versions.Any(version => version.Declaration.FindTopic(read.Topic) is not null);

    /// <summary>An e-mail address, or a telephone number where the topic goes by one, or everything does; empty for what is neither.</summary>
    private static string Normalised(string? address, string? topic, string country)
    {
        if (topic is null) return ContactAddress.TryNormalise(address, country, out var either) ? either : "";
        return ContactAddress.TryNormalise(address, ChannelTopic.Read(topic)?.Channel ?? Channel.Email, country, out var known) ? known : "";
    }

    private static ProblemHttpResult InvalidSource() => Problems.Invalid("invalid-source", "The source cannot be recorded.",
        "Name where it was said in lower-case letters, digits, '-', '_', '.', '/' and ':', at most 64 characters: never by anything that names a person.");

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._/:-]{0,63}\z")]
    private static partial Regex SourceName();
}
