using System.Security.Claims;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Audit.Holds;

/// <summary>Whether somebody may be shown. To be asked before any answer that is about one person; asked for all that <see cref="Timelines.OpenTraces"/> reads.</summary>
internal sealed class RestrictedPersons(HoldJournal journal, TimeProvider time)
{
    public const string Refused = "refused";

    /// <summary>Null for whoever is neither held nor restricted.</summary>
    public async Task<Kept?> OfAsync(string site, IReadOnlyList<string> subjects, CancellationToken cancel) =>
        Kept.Of(await journal.ReadAsync(site, cancel), [.. subjects.Select(id => journal.PersonOf(site, id))], time.Now());

    /// <summary>The same of whom an event speaks, as it stands in audit's log.</summary>
    public async Task<Kept?> OfAsync(LogRecord e, CancellationToken cancel) => (await OfAsync([e], cancel))[0];

    /// <summary>The same of each of many events, in their order: a journal is read once for all that are of its site.</summary>
    public async Task<IReadOnlyList<Kept?>> OfAsync(IReadOnlyList<LogRecord> events, CancellationToken cancel)
    {
        var (books, persons) = (new Dictionary<string, HoldBook>(StringComparer.Ordinal), events.Select(PersonIn).ToList());
        foreach (var site in persons.Where(p => p.Subject is not null).Select(p => p.Site).OfType<string>().Distinct(StringComparer.Ordinal)) books[site] = await journal.ReadAsync(site, cancel);
        return [.. persons.Select(p => p is ({ } site, { } subject) ? Kept.Of(books[site], [journal.PersonOf(site, subject)], time.Now()) : null)];
    }

    /// <summary>What is to be answered in his place, noted as a look before it leaves; null when he may be shown. What is kept, and why, only privacy officers are told.</summary>
    /// <param name="reason">Why the caller asks; null where the route takes none.</param>
    /// <param name="noteAsync">Notes the look, by what it was: <see cref="Refused"/>.</param>
    public static async Task<ProblemHttpResult?> RefusalAsync(Kept? kept, ClaimsPrincipal user, string? reason, Func<string, Task> noteAsync)
    {
        if (kept is not { IsRestricted: true } || MayBeShown(user, reason)) return null;
        await noteAsync(Refused);
        return Problems.Because(
            403, "person-restricted", "What is held of this person is restricted.",
            $"Have a privacy officer ask, by POST and with a reason of {Reasons.Shortest} to {Reasons.Longest} characters in the body.",
            user.HasScope(HoldRoutes.Scope) ? [new("kept", kept)] : []);
    }

    private static bool MayBeShown(ClaimsPrincipal user, string? reason) => user.HasScope(HoldRoutes.Scope) && Reasons.Read(reason) is not null;

    private static (string? Site, string? Subject) PersonIn(LogRecord e)
    {
        if (e.Kind == LogRecord.Erased || e.Payload.Length == 0) return default;
        var body = e.Read<Body>();
        return (body.Receipt?.Site ?? body.Site, body.Receipt?.SubjectId ?? body.SubjectId);
    }

    private sealed record Body(string? Site = null, string? SubjectId = null, OfReceipt? Receipt = null);

    private sealed record OfReceipt(string? Site = null, string? SubjectId = null);
}
