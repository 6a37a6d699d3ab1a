using System.Security.Claims;
using Consent.Audit.Timelines;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.Audit.Access;

/// <summary>What one auditor did, as it was noted before he had his answer.</summary>
/// <param name="By">Who, by his token.</param>
/// <param name="What">Such as <c>timeline</c>, <c>trace</c>, <c>sign-in</c>.</param>
/// <param name="Record">Id of the record that was looked at.</param>
/// <param name="Subjects">Keyed hashes of whom was looked at: the same for the same person, once he is erased too, for whoever already has his id.</param>
/// <param name="Reason">In his own words, where one was needed.</param>
internal sealed record NotedLook(
    DateTimeOffset At, string By, string What, string? Site, string? Controller, string? Record, IReadOnlyList<string>? Subjects, string? Reason);

/// <param name="Next">To be sent as <c>after</c>, where there is <paramref name="More"/>.</param>
internal sealed record LookPage(IReadOnlyList<NotedLook> Looks, long Next, bool More);

/// <summary>Reads the auditors' own access log: for the API and for the pages.</summary>
internal sealed class ListLooks(FollowReceipts index, [FromKeyedServices(AuditSetup.Service)] IRecordLog log)
{
    public const int Most = 500;

    /// <summary>Those that are open to the user, from a place on: at one site, or at all and the sign-ins.</summary>
    /// <param name="from">Then or later.</param>
    /// <param name="until">Before.</param>
    public async Task<LookPage> RunAsync(ClaimsPrincipal user, string? site, DateTimeOffset? from, DateTimeOffset? until, ListPlace place, int limit, CancellationToken cancel)
    {
        var positions = (await index.CurrentAsync(cancel)).Looks(
            from, until, (of, controller) => (site is null || of == site) && Tenancy.Allows(user, of, controller.Length == 0 ? null : controller), place, limit + 1);
        var (looks, next) = (new List<NotedLook>(), place.From);
        var asked = positions.Take(limit).ToList();
        foreach (var (position, noted) in asked.Zip(await log.FindByPositionsAsync(asked, cancel)))
        {
            next = position;
            if (noted is { Kind: AccessNotes.Kind } record && record.Read<AccessNotes.Look>() is var look)
                looks.Add(new NotedLook(look.At, look.By, look.What, look.Site, look.Controller, look.Record, look.Subjects, look.Reason));
        }

        return new LookPage(looks, next, positions.Count > limit);
    }
}
