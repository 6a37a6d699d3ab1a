using System.Security.Claims;
using Consent.Audit.Logs;
using Consent.ServiceDefaults;

namespace Consent.Audit.Access;

/// <summary>
/// Notes who signs in and out, in the log of each controller whose things are open to him. Whose they are is read first, so that a sign-in just after a start is noted there too; while
/// that cannot be read, nobody signs in.
/// </summary>
internal sealed class SignInNotes(AccessNotes notes, LogSites sites)
{
    /// <param name="what"><c>sign-in</c> or <c>sign-out</c>.</param>
    public async Task NoteAsync(ClaimsPrincipal user, string what, CancellationToken cancel)
    {
        await sites.LoadAsync(cancel);
        var owners = sites.Owners;
        foreach (var (site, controller) in WhoseLogs(user, [.. owners.Before(long.MaxValue)], of => owners.Of(of, long.MaxValue, long.MaxValue)))
            await notes.NoteSignInAsync(user, what, site, controller, cancel);
    }

    /// <summary>
    /// The sites or whole controllers that are open to somebody, of those that are known: no word in a token begins a log. One without either when there is none, so that it is noted all
    /// the same. Pure.
    /// </summary>
    internal static IReadOnlyList<(string? Site, string? Controller)> WhoseLogs(ClaimsPrincipal user, IReadOnlyList<string> known, Func<string, string?> ownerOf)
    {
        var everywhere = user.HasScope(Authentication.Admin) || user.HasClaim("controller", "*");
        var controllers = everywhere ? known : [.. user.FindAll("controller").Select(c => c.Value).Intersect(known, StringComparer.Ordinal)];
        var sites = user.FindAll("site").Select(c => (Site: (string?)c.Value, Controller: ownerOf(c.Value)))
            .Where(s => s.Controller is not null && !controllers.Contains(s.Controller, StringComparer.Ordinal)).Distinct();
        IReadOnlyList<(string?, string?)> all = [.. controllers.Select(c => ((string?)null, (string?)c)), .. sites];
        return all.Count > 0 ? all : [(null, null)];
    }
}
