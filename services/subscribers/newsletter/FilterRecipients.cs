using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Subscriber;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Newsletter;

/// <summary>
/// <c>POST /v1/subscribers/newsletter/sites/{site}/recipients</c>: which of these subjects may be mailed on a topic, at this moment.
/// The answer keeps the order of the question. It holds for a mailing sent now, not for one sent tomorrow.
/// </summary>
internal static class FilterRecipients
{
    private const int MostSubjects = 10_000;
    private const int LargestBody = 2 * 1024 * 1024;

    internal sealed record Question(string? Topic, IReadOnlyList<string?>? Subjects);

    internal sealed record Answer(string Site, string Topic, DateTimeOffset At, IEnumerable<Recipient> Results);

    internal sealed record Recipient(string Subject, bool Permitted, string Reason);

    public static void MapFilterRecipients(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/subscribers/newsletter/sites/{site}/recipients", HandleAsync).RequireScope("consent");

    private static async Task<IResult> HandleAsync(
        string site,
        HttpContext context,
        [FromKeyedServices(NewsletterSetup.Service)] IDeclarations declarations,
        [FromKeyedServices(NewsletterSetup.Service)] SubscriberState state,
        TimeProvider time)
    {
        if (declarations.Open(context.User, site) is not { } inForce) return Problems.UnknownSite();
        var (question, problem) = await JsonBody.ReadAsync<Question>(context.Request, LargestBody);
        if (question is null) return problem!;
        if (Refuse(question, inForce.Declaration) is { } refusal) return refusal;

        var subjects = question.Subjects!.OfType<string>().ToList();
        var permits = state.ArePermitted(site, subjects, question.Topic!);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Answer(site, question.Topic!, time.Now(),
            subjects.Zip(permits, (subject, permit) => new Recipient(subject, permit.Permitted, permit.Reason))));
    }

    private static ProblemHttpResult? Refuse(Question question, Declaration inForce)
    {
        if (question.Topic is null) return Problems.MalformedBody("The member topic is missing.");
        if (question.Subjects is null) return Problems.MalformedBody("The member subjects is missing.");
        if (inForce.PurposeBehind(question.Topic) is null) return Problems.UnknownPurpose(question.Topic);
        if (question.Subjects.Count > MostSubjects)
            return Problems.Invalid("too-many-subjects", "There are too many subjects in one request.",
                $"Ask about at most {MostSubjects} subjects at a time.");
        for (var i = 0; i < question.Subjects.Count; i++)
        {
            if (!SubjectId.IsValid(question.Subjects[i]))
                return Problems.Invalid("subject-id", "A subject id is malformed.",
                    $"Correct subjects[{i}]: a visitor id or an address id is expected.");
        }
        return null;
    }
}
