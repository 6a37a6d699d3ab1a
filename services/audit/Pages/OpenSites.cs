using Consent.Audit.Logs;
using Consent.ServiceDefaults;

namespace Consent.Audit.Pages;

/// <summary>The sites that are open to who looks.</summary>
internal static class OpenSites
{
    /// <summary>Of a longer list, the ids are typed.</summary>
    public const int Most = 200;

    /// <summary>In the order of their ids, each with its controller. Throws an <see cref="IUnavailable"/> while that cannot be read.</summary>
    public static async Task<IReadOnlyList<(string Id, string Controller)>> OfAsync(Visit visit, LogSites sites)
    {
        // Just after a start, nothing may have been read yet.
        await sites.LoadAsync(visit.Cancel);
        var owners = sites.Owners;
        return
        [
            .. owners.Sites.Select(id => (Id: id, Controller: owners.Of(id, long.MaxValue, long.MaxValue) ?? ""))
                .Where(s => s.Controller.Length > 0 && Tenancy.Allows(visit.User, s.Id, s.Controller)),
        ];
    }

    /// <summary>None where they are typed.</summary>
    public static IReadOnlyList<string> ToChoose(IReadOnlyList<(string Id, string Controller)> open) => open.Count > Most ? [] : [.. open.Select(s => s.Id)];
}
