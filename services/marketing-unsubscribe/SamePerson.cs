using Consent.Contracts;
using Consent.Storage;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// That two addresses are one person's, by the word of the controller's own system (<c>alsoKnownAs</c>): from then on what the person stops on a page under the
/// one is stopped under the other as well, where it can be sent there, as a record of its own with the same action. What he stopped so before is carried over
/// when it is noted, unless he came back there since. A "yes" never is.
/// </summary>
internal sealed class SamePerson(
    AddressStreams addresses, SamePersonNotes notes, MarketingLog log, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog records, TimeProvider time)
{
    public const string TooMany = "Leave alsoKnownAs out: ten others are noted of one of the two, and so it is not one person's.";
    public const string NoOther = "Write in alsoKnownAs one other e-mail address or telephone number of the same person, or leave it out.";

    /// <summary>Null for what is no other one.</summary>
    /// <param name="address">By which the row or call names the person, normalised.</param>
    /// <param name="country">The controller's.</param>
    public static string? Read(string? alsoKnownAs, string address, string country) =>
        ContactAddress.TryNormalise(alsoKnownAs, country, out var other) && other != address ? other : null;

    /// <summary>Bears repeating. Of who was erased, and did not come back, nothing is noted.</summary>
    /// <returns>False where it is refused: see <see cref="TooMany"/>.</returns>
    public async Task<bool> NoteAsync(PublishedDeclaration inForce, string address, string other, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        var (site, one, two) = (inForce.Declaration.Site, await FindAsync(inForce, address, cancel), await FindAsync(inForce, other, cancel));
        if (IsErased(one, await addresses.FindFormerAsync(site, address, cancel)) || IsErased(two, await addresses.FindFormerAsync(site, other, cancel))) return true;
        var (idOfOne, idOfTwo) = (IdOf(one, address), IdOf(two, other));
        if (!await notes.NoteAsync(site, idOfOne, idOfTwo, cancel)) return false;
        // Read anew: what is said from now on finds the note, and what was said until now is found here.
        await CarryAsync(inForce, await FindAllAsync(inForce, address, cancel), idOfTwo, cancel);
        await CarryAsync(inForce, await FindAllAsync(inForce, other, cancel), idOfOne, cancel);
        return true;
    }

    /// <summary>
    /// The record of a "no" that was said under another id before anybody knew whose it is; null where it was said here too, or the person opted in here
    /// himself since.
    /// </summary>
    /// <param name="link">Its address does not matter.</param>
    /// <param name="saidAt">When, there.</param>
    /// <param name="purposes">See <see cref="MarketingRecord.Purposes"/>.</param>
    internal static MarketingRecord? Carry(
        MarketingRecord? newest, UnsubscribeLink link, string subjectId, string action, DateTimeOffset saidAt, string id, DateTimeOffset now,
        IReadOnlyList<string> purposes)
    {
        if (link.Topic == MarketingRecord.Everything) return OptOutDecisions.OptOutAsOf(newest, link, subjectId, action, id, now, saidAt, null, purposes);
        return newest?.Topics.GetValueOrDefault(link.Topic) switch
        {
            { Status: TopicStatus.Suppressed, Cause: null } => null,
            { Status: TopicStatus.Subscribed, Proof.LiftsUpTo: { } lifts } when lifts > saidAt => null,
            _ => OptOutDecisions.OptOut(newest, link, subjectId, action, id, now),
        };
    }

    private async Task CarryAsync(PublishedDeclaration inForce, IReadOnlyList<AddressStream> own, OtherId to, CancellationToken cancel)
    {
        var declaration = inForce.Declaration;
        foreach (var (subject, newest) in own)
        {
            var stopped = (newest?.Topics ?? new Dictionary<string, TopicEntry>())
                // What can still be taken back waits for the next time that it is noted.
                .Where(t => t.Value is { Status: TopicStatus.Suppressed, Cause: null } && t.Value.IsFinal(time.Now()) && to.IsReachedBy(t.Key))
                // Said to the controller of before, and lifted since under the key of the one in force.
                .Where(t => !own.Any(s => s.Newest?.Topics.GetValueOrDefault(t.Key) is { Status: TopicStatus.Subscribed, Proof.LiftsUpTo: { } lifts } && lifts > t.Value.At)).ToList();
            if (stopped.Count == 0) continue;
            var history = await records.HistoryAsync(MarketingRecord.Stream(declaration.Site, subject), cancel);
            List<(string Id, MarketingRecord Said)> all =
                [.. history.Where(record => MarketingRecord.IsOfAnAddress(record.Kind)).Select(record => (record.Id, record.Read<MarketingRecord>()))];
            foreach (var (topic, entry) in stopped)
            {
                if (SaidByThePerson.Newest(all, topic) is not { } no) continue;
                var saidAt = no.Topics.GetValueOrDefault(topic) is { } then && then.At < entry.At ? then.At : entry.At;
                var link = new UnsubscribeLink(declaration.Controller.Id, declaration.Site, topic, "", Language: no.Language);
                await log.AppendAsync(
                    declaration.Site, to.SubjectId,
                    (held, id) => Carry(held, link, to.SubjectId, no.Action, saidAt, id, time.Now(), MarketingEvents.OfEverything(declaration)), cancel);
            }
        }
    }

    private Task<IReadOnlyList<AddressStream>> FindAsync(PublishedDeclaration inForce, string address, CancellationToken cancel) =>
        addresses.FindAsync(addresses.RingOf(inForce.Declaration.Controller.Id), inForce.Declaration.Site, address, cancel);

    /// <summary>Also what was said to the controllers that the site had before.</summary>
    private async Task<IReadOnlyList<AddressStream>> FindAllAsync(PublishedDeclaration inForce, string address, CancellationToken cancel) =>
        [.. await FindAsync(inForce, address, cancel), .. await addresses.FindFormerAsync(inForce.Declaration.Site, address, cancel)];

    private static OtherId IdOf(IReadOnlyList<AddressStream> streams, string address) => new(AddressStream.Home(streams).SubjectId, !ContactAddress.IsEmail(address));

    /// <param name="former">Under the keys of the controllers that the site had before: there he did not come back.</param>
    private static bool IsErased(IReadOnlyList<AddressStream> streams, IReadOnlyList<AddressStream> former) =>
        streams.Any(IsErased) || (former.Any(IsErased) && !streams.Any(stream => stream.IsRelated));

    private static bool IsErased(AddressStream stream) =>
        stream is { IsRelated: false } && stream.Newest?.Topics.GetValueOrDefault(MarketingRecord.Everything) is { Cause: TopicEntry.Erased };
}
