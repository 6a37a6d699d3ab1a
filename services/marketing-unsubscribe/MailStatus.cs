using System.Collections.Frozen;

namespace Consent.MarketingUnsubscribe;

/// <summary>What returned mail says of the address that it was sent to; from the best to the worst.</summary>
public enum AddressVerdict
{
    /// <summary>Nothing: the mailbox is full, or the fault is the mail's, the sender's, the way's or the moment's.</summary>
    Nothing,

    /// <summary>It may be the address, and may be a block or a fault that passes: time tells (<see cref="BounceDecision.Patience"/>).</summary>
    Unclear,

    /// <summary>There is no such address, or none any more.</summary>
    Gone,
}

/// <summary>
/// Which status codes speak of the address. By the registry of IANA (SMTP Enhanced Status Codes, 6 December 2024), which holds those of RFC 3463 and
/// RFC 7505. What is not here says nothing of the address, also of class 5: 5.1.7 and 5.1.8 are about the sender's, 5.2.2 is a full mailbox, 5.3 the
/// system, 5.4 the way and the time (5.4.1 and 5.4.7 come of an outage), 5.6 the content, 5.7 policy. Pure.
/// </summary>
public static class MailStatus
{
    private static readonly FrozenDictionary<string, AddressVerdict> Codes = new Dictionary<string, AddressVerdict>(StringComparer.Ordinal)
    {
        // Bad destination mailbox address: the mailbox does not exist.
        ["5.1.1"] = AddressVerdict.Gone,
        // Bad destination system address: the domain does not exist, or is incapable of mail.
        ["5.1.2"] = AddressVerdict.Gone,
        // Bad destination mailbox address syntax.
        ["5.1.3"] = AddressVerdict.Gone,
        // Destination mailbox has moved, no forwarding address: once valid, given up.
        ["5.1.6"] = AddressVerdict.Gone,
        // Recipient address has null MX (RFC 7505): the domain takes no mail.
        ["5.1.10"] = AddressVerdict.Gone,
        // Other address status: something about an address, not what.
        ["5.1.0"] = AddressVerdict.Unclear,
        // Other or undefined mailbox status.
        ["5.2.0"] = AddressVerdict.Unclear,
        // Mailbox disabled, not accepting messages: for good, or for now.
        ["5.2.1"] = AddressVerdict.Unclear,
        // Unable to route: no such domain, or its names could not be looked up then.
        ["5.4.4"] = AddressVerdict.Unclear,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Other undefined status, and other or undefined protocol status: they tell their class only.</summary>
    private static readonly FrozenSet<string> Plain = new[] { "5.0.0", "5.5.0" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Replies about a mailbox (RFC 5321, 4.2.3): not available, not here, not allowed. Not 552, which is full, nor 554, which may be anything.</summary>
    private static readonly FrozenSet<string> OfMailbox = new[] { "550", "551", "553" }.ToFrozenSet(StringComparer.Ordinal);

    /// <param name="status">Such as <c>5.1.1</c>; null when the report holds none.</param>
    /// <param name="reply">Of the server that refused, such as <c>550</c>; it counts where the status tells nothing.</param>
    public static AddressVerdict Verdict(string? status, string? reply)
    {
        if (status is null) return reply is not null && OfMailbox.Contains(reply) ? AddressVerdict.Unclear : AddressVerdict.Nothing;
        if (Plain.Contains(status)) return reply is null || OfMailbox.Contains(reply) ? AddressVerdict.Unclear : AddressVerdict.Nothing;
        return Codes.TryGetValue(status, out var verdict) ? verdict : AddressVerdict.Nothing;
    }
}
