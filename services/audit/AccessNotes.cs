using System.Globalization;
using System.Security.Claims;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit;

/// <summary>
/// Who looked at whom, and who signed in or out: streams <c>access/{auditor}/{month}</c> in audit's log, sealed under a key of their own, each note durable before the answer leaves, and an entry of class
/// <c>access</c> in the controller's verifiable log. A person is noted as the keyed hash of site and id, so that a note survives his erasure and names him to nobody
/// but whoever already has the id.
/// </summary>
internal sealed class AccessNotes(AuditLog audit, FollowReceipts receipts, TimeProvider time)
{
    public const string Kind = "access";
    private const string Prefix = "access/";

    public static bool IsStream(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    /// <param name="what">Such as <c>trace</c>, <c>proof</c>, <c>timeline</c>, <c>was-in-force</c>, <c>refused</c>; at marketing, <c>address</c> and <c>opt-in-proof</c>.</param>
    /// <param name="record">Id of the one that was looked at.</param>
    public Task NoteAsync(ClaimsPrincipal user, string what, string site, string? controller, string record, CancellationToken cancel) =>
        NoteAsync(user, what, site, controller, record, null, cancel);

    /// <param name="record">As above.</param>
    /// <param name="reason">Why, in the words of who looked; null where none was needed.</param>
    public Task NoteAsync(ClaimsPrincipal user, string what, string site, string? controller, string record, string? reason, CancellationToken cancel) =>
        NoteAsync(user, new Look("", default, "", what, site, controller, record, Reason: reason), cancel);

    /// <param name="subjects">Ids of the person who was looked at.</param>
    public Task NoteAsync(ClaimsPrincipal user, string what, string site, string? controller, IReadOnlyList<string> subjects, CancellationToken cancel) =>
        NoteAsync(user, what, site, controller, subjects, null, cancel);

    /// <param name="subjects">As above.</param>
    /// <param name="reason">Why, in the words of who looked; null where none was needed.</param>
    /// <param name="record">Of a look at one record of his.</param>
    public Task NoteAsync(
        ClaimsPrincipal user, string what, string site, string? controller, IReadOnlyList<string> subjects, string? reason, CancellationToken cancel, string? record = null) =>
        NoteAsync(user, new Look("", default, "", what, site, controller, record, [.. subjects.Select(id => receipts.KeyOf(site, id).ToString())], reason), cancel);

    /// <param name="what"><c>sign-in</c> or <c>sign-out</c>.</param>
    /// <param name="site">Which was open to him; null where that was a whole controller.</param>
    /// <param name="controller">In whose log it is; null where none is known yet.</param>
    public Task NoteSignInAsync(ClaimsPrincipal user, string what, string? site, string? controller, CancellationToken cancel) =>
        NoteAsync(user, new Look("", default, "", what, site, controller), cancel);

    private Task NoteAsync(ClaimsPrincipal user, Look look, CancellationToken cancel)
    {
        var by = user.FindFirst("sub")?.Value ?? user.FindFirst("client_id")?.Value ?? "unnamed";
        var noted = look with { Id = RandomId.New(), At = time.Now(), By = by, Reason = Reasons.Read(look.Reason) };
        var month = noted.At.UtcDateTime.ToString("yyyyMM", CultureInfo.InvariantCulture);
        return audit.NoteAsync($"{Prefix}{by}/{month}", Kind, noted, noted.Id, cancel);
    }

    /// <param name="By">Who looked, by his token.</param>
    /// <param name="Subjects">Of whom was looked at, keyed hashes of site and id.</param>
    internal sealed record Look(
        string Id, DateTimeOffset At, string By, string What, string? Site, string? Controller, string? Record = null, IReadOnlyList<string>? Subjects = null,
        string? Reason = null);
}
