using Consent.Contracts;

namespace Consent.Subscriber;

/// <summary>What became of the receipt of a subject: see <see cref="SubscriberState.FollowAsync"/>.</summary>
/// <param name="Newest">Null when none is held any more, and when it cannot be read.</param>
/// <param name="IsUnreadable">One is held that cannot be read, and may be a "no".</param>
public readonly record struct ReceiptChange(string Site, string Subject, Receipt? Newest, bool IsUnreadable)
{
    internal static ReceiptChange Gone(string site, string subject) => new(site, subject, null, false);

    /// <param name="newest">Null when it cannot be read.</param>
    internal static ReceiptChange To(string site, string subject, Receipt? newest) => new(site, subject, newest, newest is null);
}
