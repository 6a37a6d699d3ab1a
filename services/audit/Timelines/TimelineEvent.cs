using System.Text.Json.Serialization;
using Consent.Audit.Logs;
using Consent.Contracts;

namespace Consent.Audit.Timelines;

/// <summary>One thing that happened to a person's choices. What is not known, or does not apply, is absent.</summary>
internal sealed record TimelineEvent
{
    /// <summary>When it was recorded, by the service that did.</summary>
    public required DateTimeOffset At { get; init; }

    public required TimelineWhat What { get; init; }

    /// <summary>Under which <c>/v1/audit/trace/</c> and <c>/v1/audit/proofs/</c> tell more of it.</summary>
    public string? Id { get; init; }
    public DateTimeOffset? HeardAt { get; init; }

    /// <summary>Of a receipt: purpose or topic → what was decided in it.</summary>
    public IReadOnlyDictionary<string, Decision>? Decided { get; init; }

    /// <summary>Of what was said to marketing; <see cref="Receipt.Everything"/> among them where the person wants nothing any more.</summary>
    public IReadOnlyList<string>? Topics { get; init; }
    public string? Action { get; init; }
    public string? Source { get; init; }
    public string? Campaign { get; init; }
    public string? Declaration { get; init; }
    public int? DeclarationVersion { get; init; }
    public string? CausedBy { get; init; }

    /// <summary>Of an opt-out that the person took back within minutes: by which event.</summary>
    public string? TakenBackBy { get; init; }
    public IReadOnlyList<Application>? Applied { get; init; }
    public LogPlace? Log { get; init; }

    /// <summary>Null for what is no part of a person's story. Pure.</summary>
    public static TimelineEvent? Of(OpenTrace trace, LogPlace? place)
    {
        var told = new TimelineEvent { At = default, What = default, Id = trace.Id, HeardAt = trace.HeardAt, Applied = trace.Applied, Log = place };
        var e = AuditLog.HeardOf(trace.Event.Record);
        if (e.As<ConsentChanged>()?.Receipt is { } receipt)
        {
            return told with
            {
                At = receipt.RecordedAt,
                What = TimelineWhat.Receipt,
                Decided = receipt.Changed.Where(receipt.Purposes.ContainsKey).Distinct(StringComparer.Ordinal).ToDictionary(id => id, id => receipt.Purposes[id].Status, StringComparer.Ordinal),
                Action = receipt.Action,
                Source = receipt.Source,
                Declaration = receipt.Declaration,
                DeclarationVersion = receipt.DeclarationVersion,
                CausedBy = receipt.CausedBy,
            };
        }

        if (e.As<MarketingUnsubscribed>() is { } no)
        {
            var undone = trace.Heard.Select(h => h.As<MarketingUnsubscribeUndone>()).FirstOrDefault(u => u?.Undoes == no.Id);
            return told with
            {
                At = no.RecordedAt,
                What = TimelineWhat.OptOut,
                Topics = no.Everything is true ? [.. no.Topics, Receipt.Everything] : no.Topics,
                Action = no.Action,
                Campaign = no.Campaign,
                TakenBackBy = undone?.Id,
            };
        }

        if (e.As<MarketingSubscribed>() is { } yes)
            return told with { At = yes.RecordedAt, What = TimelineWhat.OptIn, Topics = yes.Topics, Action = yes.Action, Declaration = yes.Declaration };
        if (e.As<MarketingUnsubscribeUndone>() is { } back) return told with { At = back.RecordedAt, What = TimelineWhat.OptOutTakenBack, Topics = back.Topics };
        return trace.Event.Class is LogClass.Erasure or LogClass.Request ? told with { What = TimelineWhat.Erased } : null;
    }
}

[JsonConverter(typeof(KebabCaseEnum<TimelineWhat>))]
internal enum TimelineWhat { Receipt, OptOut, OptIn, OptOutTakenBack, Erased }
