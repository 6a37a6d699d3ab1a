using Consent.Contracts;

namespace Consent.Webhooks;

/// <summary>When the consents of a receipt run out, and which of them do. Pure.</summary>
internal static class ExpirySchedule
{
    /// <summary>The first moment after <paramref name="after"/> at which something that was given runs out; null when nothing will.</summary>
    public static DateTimeOffset? Next(Receipt receipt, DateTimeOffset after) =>
        receipt.Purposes.Values.Where(d => d.Status == Decision.Given && d.ValidUntil > after).Min(d => d.ValidUntil);

    /// <summary>The purposes and topics that were permitted until <paramref name="moment"/> and run out with it, by the one state function.</summary>
    public static IReadOnlyList<string> RunOut(Receipt newest, PublishedDeclaration inForce, DateTimeOffset moment)
    {
        var before = ConsentState.Of(newest, inForce, moment.AddMilliseconds(-1));
        return [.. ConsentState.Of(newest, inForce, moment)
            .Where(now => now.Value.Status == PurposeStatus.Expired && now.Value.ValidUntil == moment && before[now.Key].Permitted)
            .Select(now => now.Key)];
    }
}
