using System.Collections.Frozen;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Holds;

/// <summary>
/// <c>POST /v1/audit/holds</c> with <c>{"site":…,"subject":… or "address":…,"ground":…,"until":…}</c>: until then an erasure deletes nothing of the person's proof here, and waits (GDPR art.
/// 17(3)). Everywhere else he is erased all the same. <c>POST /v1/audit/restrictions</c> without <c>until</c>: until it is lifted he is shown only to a privacy officer who says why (art. 18).
/// A person is held under the ids that are asked for: an address and a visitor are two.
/// </summary>
internal static class PlaceHold
{
    /// <summary>Longer, and it is thought over again: then another hold is placed.</summary>
    private const int MostYears = 5;
    private const int LargestBody = 4096;

    public static async Task<IResult> HoldAsync(HttpContext http, Placing placing, CancellationToken cancel)
    {
        var (asked, problem) = await JsonBody.ReadAsync<Asked>(http.Request, LargestBody);
        if (asked is null) return problem!;
        if (UnknownGround(asked.Ground, Grounds.OfHolds) is { } unknown) return unknown;
        var now = placing.Time.Now();
        if (asked.Until is not { } until || until <= now || until > now.AddYears(MostYears))
            return Problems.Invalid("bad-end", "The hold has no end that it may have.", $"Send until as 2027-06-03T12:00:00Z: a moment to come, at most {MostYears} years ahead; place another hold when that is over.");
        return await PlaceAsync(HoldAct.HoldPlaced, asked, http, placing, cancel);
    }

    public static async Task<IResult> RestrictAsync(HttpContext http, Placing placing, CancellationToken cancel)
    {
        var (asked, problem) = await JsonBody.ReadAsync<Asked>(http.Request, LargestBody);
        if (asked is null) return problem!;
        return UnknownGround(asked.Ground, Grounds.OfRestrictions) is { } unknown ? unknown : await PlaceAsync(HoldAct.Restricted, asked with { Until = null }, http, placing, cancel);
    }

    private static IResult? UnknownGround(string? ground, FrozenDictionary<string, string> grounds) => ground is not null && grounds.ContainsKey(ground)
        ? null
        : Problems.Invalid("unknown-ground", "This is none of the grounds that the law names.", $"Send as ground one of {string.Join(", ", grounds.Keys.Order(StringComparer.Ordinal))}.");

    private static async Task<IResult> PlaceAsync(string kind, Asked asked, HttpContext http, Placing placing, CancellationToken cancel)
    {
        // Why he is looked up, the act itself says.
        var reason = $"{kind}, ground {asked.Ground}";
        var (person, problem) = await placing.Find.RunAsync(http, asked.Site, asked.Subject, asked.Address, cancel, reason);
        if (person is null) return problem!;
        if (!await placing.IsKnownAsync(person, cancel)) return Problems.Because(404, "unknown-person", "Nothing is held here of this person.", "Check the site and the id or address; what was decided just now is here within seconds.");
        if (!string.IsNullOrEmpty(asked.Address)) await placing.Looks.NoteAsync(http.User, kind, person.Site, person.Controller, person.Subjects, reason, cancel);
        IReadOnlyList<string> persons = [.. person.Subjects.Select(id => placing.Journal.PersonOf(person.Site, id))];
        var act = new HoldAct(RandomId.New(), placing.Time.Now(), LiftHold.NameOf(http.User), person.Site, person.Controller!, persons, asked.Ground, asked.Until);
        var record = await placing.Journal.ActAsync(person.Site, kind, _ => act, cancel);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(HoldView.Of(new Placed(act, record!, null), [], placing.Time.Now(), null), ContractJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private sealed record Asked(string? Site, string? Subject = null, string? Address = null, string? Ground = null, DateTimeOffset? Until = null);
}

/// <summary>What it takes to hold or restrict somebody.</summary>
internal sealed class Placing(HoldJournal journal, FindPerson find, FollowReceipts receipts, AddressTraces addresses, AccessNotes looks, TimeProvider time)
{
    public HoldJournal Journal => journal;

    public FindPerson Find => find;

    public AccessNotes Looks => looks;

    public TimeProvider Time => time;

    /// <summary>Whether audit holds anything of the person.</summary>
    public async Task<bool> IsKnownAsync(AskedPerson person, CancellationToken cancel)
    {
        var index = await receipts.CurrentAsync(cancel);
        foreach (var subject in person.Subjects)
        {
            if (index.Of(receipts.KeyOf(person.Site, subject)).Count > 0) return true;
            if (SubjectId.IsAddress(subject) && (await addresses.ReadAsync(person.Site, subject, cancel)).Told.Count > 0) return true;
        }
        return false;
    }
}
