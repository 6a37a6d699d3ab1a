using System.Runtime.InteropServices;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The answers to one call that rest on the index alone; the others are for the stores. What is decided of one address is so of every other of its kind: so
/// the decision is asked for once for each kind, about made-up entries and receipts, and several times over, with the moments in them as early and as late
/// as can be. Where that makes a difference, or it is not all known here, the stores are asked. For one thread.
/// </summary>
/// <param name="purpose">Behind the topic, whose decisions count as well; null for none.</param>
/// <param name="chosen">The declared topic, where a person can choose how often it is sent: then the stores know what he chose. Null elsewhere.</param>
/// <param name="decide">As the stores' word is decided, from the entries and receipts of the address, and from whether it is known otherwise.</param>
/// <param name="isBuried">Whether an id was that of somebody who was erased, of whom the index need not know; told whether it does know something.</param>
public sealed class AddressIndexAnswers(
    AddressIndex index, KeyRing ring, string site, string topic, string? purpose, DateTimeOffset now,
    Func<IReadOnlyList<TopicEntry>, IReadOnlyList<Receipt>, bool, SendDecision> decide, string? chosen = null, Func<string, bool, bool>? isBuried = null)
{
    private const string OwnId = "own", HeldId = "held", OtherId = "other";

    /// <summary>The version in which a made-up topic is decided, with room for what is decided before it, behind it and between it and its purpose.</summary>
    private const long TopicIn = 4;
    private static readonly DateTimeOffset LongAgo = Year(1991), BeforeThat = Year(1990), NotYet = Year(9000);
    private readonly Dictionary<Kind, SendDecision?> _decided = [];
    private AddressQuestion? _asked;
    private bool _isAsked;

    /// <summary>To be called before each piece, when the index is current.</summary>
    public void Begin() => _isAsked = index.TryAsk(site, topic, purpose, chosen, out _asked);

    /// <summary>Null when the stores have to be asked.</summary>
    public SendDecision? Of(string normalised)
    {
        var decision = _isAsked ? Found(normalised) : null;
        if (decision is null) AddressIndexMetrics.PassedOn.Add(1, new KeyValuePair<string, object?>(AddressIndexMetrics.Site, site));
        return decision;
    }

    private SendDecision? Found(string normalised)
    {
        AddressFound own = default, held = default;
        var isChosen = false;
        foreach (var id in ring.Count == 1 ? [ring.AddressId(normalised)] : ring.AddressIds(normalised))
        {
            if (!AddressKey.TryRead(id, out var subject)) return null;
            var found = _asked is null ? default : AddressIndex.Find(_asked, subject);
            if (found.IsUnreadable || isBuried?.Invoke(id, found.Own != AddressIndexKinds.None) is true) return null;
            // Known under two versions of the key: which of them counts, the stores know.
            if ((found.Own != AddressIndexKinds.None && own.Own != AddressIndexKinds.None) || (found.IsHeld && held.IsHeld)) return null;
            if (found.Own != AddressIndexKinds.None) own = found;
            if (found.IsHeld) held = found;
            isChosen |= found.IsChosen;
        }
        var isOfAll = own.Own != AddressIndexKinds.None && own.IsOfAll;
        var kind = new Kind(
            own.Own, isOfAll, held.OnTopic, held.OnPurpose, Math.Sign((long)held.TopicIn - held.PurposeIn),
            held.OnAll, Math.Sign((long)held.AllIn - held.TopicIn), Math.Sign((long)held.AllIn - held.PurposeIn));
        return DecisionOf(kind) switch
        {
            { Permitted: true } when isChosen => null,
            { Receipt: OwnId } decision => decision with { Receipt = own.By == default ? null : own.By.ToString() },
            { Receipt: OtherId } => null,
            { Receipt: HeldId } decision => held.Receipt == default ? null : decision with { Receipt = held.Receipt.ToString() },
            var decision => decision,
        };
    }

    private SendDecision? DecisionOf(Kind kind)
    {
        if (!_decided.TryGetValue(kind, out var decision)) _decided[kind] = decision = Decide(kind);
        return decision;
    }

    private SendDecision? Decide(Kind kind)
    {
        if (kind is { Own: AddressIndexKinds.Ask } or { OnTopic: AddressIndexKinds.Ask } or { OnPurpose: AddressIndexKinds.Ask } or { OnAll: AddressIndexKinds.Ask }) return null;
        SendDecision? decision = null;
        foreach (var own in OwnOf(kind))
        {
            foreach (var held in HeldOf(kind))
            {
                foreach (var isRelated in (bool[])[true, false])
                {
                    var decided = decide(own, held, isRelated);
                    if (decision is not null && decision != decided) return null;
                    decision = decided;
                }
            }
        }
        return decision;
    }

    private IEnumerable<IReadOnlyList<TopicEntry>> OwnOf(Kind kind)
    {
        if (kind.Own == AddressIndexKinds.None) return [[]];
        return new[] { LongAgo, now }.Select(IReadOnlyList<TopicEntry> (DateTimeOffset at) =>
        {
            var entry = AddressIndexKinds.At(index.OwnKinds.Kind(kind.Own), at, OwnId);
            if (!kind.IsOfAll) return [entry];
            // It may not concern this topic.
            return MarketingDecisions.Standing(new Dictionary<string, TopicEntry> { [MarketingRecord.Everything] = entry }, topic) is { } standing ? [standing] : [];
        });
    }

    /// <summary>There may be a receipt of something else as well.</summary>
    private IEnumerable<IReadOnlyList<Receipt>> HeldOf(Kind kind)
    {
        if (kind is { OnTopic: AddressIndexKinds.None, OnPurpose: AddressIndexKinds.None, OnAll: AddressIndexKinds.None }) return [[], [Held(OtherId, [])]];
        DateTimeOffset[] moments = [BeforeThat, NotYet];
        IReadOnlyList<IReadOnlyList<Receipt>> others = ring.Count == 1 ? [[]] : [[], [Held(OtherId, [])]];
        return
            from at in moments
            from end in moments
            from other in others
            select (IReadOnlyList<Receipt>)[.. other, Held(HeldId, DecisionsOf(kind, at, end))];
    }

    private Dictionary<string, PurposeDecision> DecisionsOf(Kind kind, DateTimeOffset at, DateTimeOffset end)
    {
        var decisions = new Dictionary<string, PurposeDecision>(StringComparer.Ordinal);
        if (kind.OnTopic != AddressIndexKinds.None) decisions[topic] = AddressIndexKinds.At(index.HeldKinds.Kind(kind.OnTopic), at, end, TopicIn);
        if (kind.OnPurpose != AddressIndexKinds.None) decisions[purpose!] = AddressIndexKinds.At(index.HeldKinds.Kind(kind.OnPurpose), at, end, kind.PurposeIn);
        if (kind.OnAll != AddressIndexKinds.None) decisions[MarketingRecord.Everything] = AddressIndexKinds.At(index.HeldKinds.Kind(kind.OnAll), at, end, kind.AllIn);
        return decisions;
    }

    private Receipt Held(string id, Dictionary<string, PurposeDecision> decisions) => new()
    {
        Id = id,
        Site = site,
        Controller = "",
        SubjectId = "",
        Epoch = 1,
        Version = 3,
        Purposes = decisions,
        Changed = [],
        RecordedAt = LongAgo,
    };

    private static DateTimeOffset Year(int year) => new(year, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="Order">Whether the topic was decided behind its purpose (1), before it (-1), or at once with it.</param>
    /// <param name="AllToTopic">The same of everything and the topic; <paramref name="AllToPurpose"/> of everything and the purpose.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Kind(
        ushort Own, bool IsOfAll, ushort OnTopic, ushort OnPurpose, int Order, ushort OnAll, int AllToTopic, int AllToPurpose)
    {
        public long PurposeIn => TopicIn - (2 * Order);

        /// <summary>A version that stands so to the other two; where they were decided there is one.</summary>
        public long AllIn
        {
            get
            {
                for (var version = 1L; version < 2 * TopicIn; version++)
                    if (Math.Sign(version - TopicIn) == AllToTopic && Math.Sign(version - PurposeIn) == AllToPurpose) return version;
                return TopicIn;
            }
        }
    }
}
