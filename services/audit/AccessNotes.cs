using System.Globalization;
using System.Security.Claims;
using Consent.Audit.Timelines;
using Consent.Contracts;

namespace Consent.Audit;

/// <summary>
/// Who looked at whom: streams <c>access/{auditor}/{month}</c> in audit's log, sealed under a key of their own, each note durable before the answer leaves, and an entry of class
/// <c>access</c> in the controller's verifiable log. A person is noted as the keyed hash of site and id, so that a note survives his erasure and names him no more.
/// </summary>
internal sealed class AccessNotes(AuditLog audit, FollowReceipts receipts, TimeProvider time)
{
    public const string Kind = "access";
    private const string Prefix = "access/";

    public static bool IsStream(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    /// <param name="what">Such as <c>trace</c>, <c>proof</c>, <c>timeline</c>, <c>was-in-force</c>.</param>
    /// <param name="record">Id of the one that was looked at.</param>
    public Task NoteAsync(ClaimsPrincipal user, string what, string site, string? controller, string record, CancellationToken cancel) =>
        NoteAsync(user, new Look("", default, "", what, site, controller, record), cancel);

    /// <param name="subjects">Ids of the person who was looked at.</param>
    public Task NoteAsync(ClaimsPrincipal user, string what, string site, string? controller, IReadOnlyList<string> subjects, CancellationToken cancel) =>
        NoteAsync(user, new Look("", default, "", what, site, controller, Subjects: [.. subjects.Select(id => receipts.KeyOf(site, id).ToString())]), cancel);

    private Task NoteAsync(ClaimsPrincipal user, Look look, CancellationToken cancel)
    {
        var by = user.FindFirst("sub")?.Value ?? user.FindFirst("client_id")?.Value ?? "unnamed";
        var noted = look with { Id = RandomId.New(), At = time.Now(), By = by };
        var month = noted.At.UtcDateTime.ToString("yyyyMM", CultureInfo.InvariantCulture);
        return audit.NoteAsync($"{Prefix}{by}/{month}", Kind, noted, noted.Id, cancel);
    }

    private sealed record Look(
        string Id, DateTimeOffset At, string By, string What, string Site, string? Controller, string? Record = null, IReadOnlyList<string>? Subjects = null);
}
