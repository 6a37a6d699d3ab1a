using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Timelines;

/// <param name="Controller">Whose the site is now.</param>
/// <param name="Subjects">The ids of the one person: more than one where a key of addresses was succeeded.</param>
internal sealed record AskedPerson(string Site, string? Controller, IReadOnlyList<string> Subjects);

/// <summary>Finds out who is meant, whether the site is open to the caller, and whether he says why where he must.</summary>
internal sealed class FindPerson(LogPlaces places, AskSubjects marketing)
{
    /// <summary>The person, whether or not anything is held of him; or what is to be answered instead.</summary>
    /// <param name="subject">Either this or an address.</param>
    /// <param name="reason">Why the caller asks: needed for an address, which is who somebody is; an id is a pseudonym.</param>
    public async Task<(AskedPerson? Person, IResult? Problem)> RunAsync(
        HttpContext http, string? site, string? subject, string? address, CancellationToken cancel, string? reason = null)
    {
        if (string.IsNullOrEmpty(site)) return (null, Problems.Because(400, "site-needed", "No site was named.", "Add the site's id."));
        if (string.IsNullOrEmpty(subject) == string.IsNullOrEmpty(address))
            return (null, Problems.Because(400, "person-needed", "One person must be named.", "Send either subject, an id, or address."));
        if (string.IsNullOrEmpty(address) && !SubjectId.IsValid(subject))
            return (null, Problems.Because(400, "subject-id", "This is no subject id.", "Send a visitor id of 32 hexadecimal digits, or an address id; an address goes into the body of a POST."));

        var controller = await places.OwnerOfAsync(site, cancel);
        if (controller is null || !Tenancy.Allows(http.User, site, controller)) return (null, Problems.UnknownSite());
        if (string.IsNullOrEmpty(address)) return (new AskedPerson(site, controller, [subject!]), null);
        if (Reasons.Read(reason) is not { } why) return (null, Reasons.Required());
        var (subjects, problem) = await marketing.OfAsync(site, address, why, http, cancel);
        return subjects is null ? (null, problem) : (new AskedPerson(site, controller, subjects), null);
    }
}
