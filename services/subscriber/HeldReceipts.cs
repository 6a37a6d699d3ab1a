using System.Text.Json;
using Consent.Contracts;

namespace Consent.Subscriber;

/// <summary>What of a receipt a subscriber keeps, what a row says, and whether it is still what was kept. Pure.</summary>
internal static class HeldReceipts
{
    /// <summary>Without what the state does not need: language, action, source, the caller's time, what was dropped.</summary>
    public static Receipt Trimmed(Receipt receipt) => receipt with
    {
        Language = null,
        Action = null,
        Source = null,
        ClaimedAt = null,
        Previous = null,
        CausedBy = null,
        Changed = [],
        Dropped = [],
    };

    /// <summary>The receipt in a row, by its columns too; null when it cannot be read.</summary>
    public static Receipt? Read(HeldReceipt row)
    {
        try
        {
            return Readable(ContractJson.Read<Receipt>(row.Body) with { Site = row.Site, SubjectId = row.Subject, Epoch = row.Epoch, Version = row.Version });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Null when it lacks decisions, as somebody may have written it by hand.</summary>
    public static Receipt? Readable(Receipt receipt) => receipt.Purposes?.Values.All(decision => decision is not null) == true ? receipt : null;

    /// <param name="row">Null for a subject never heard of.</param>
    /// <returns>As <see cref="SubscriberState.IsPermitted"/>.</returns>
    public static (bool Permitted, string Reason) Answer(HeldReceipt? row, PublishedDeclaration inForce, string purpose, DateTimeOffset now)
    {
        var newest = row is null ? null : Read(row);
        if (row is not null && newest is null) return (false, "unreadable");
        var state = ConsentState.Of(newest, inForce, purpose, now);
        return (state.Permitted, JsonNamingPolicy.KebabCaseLower.ConvertName(state.Status.ToString()));
    }

    /// <summary>What is in the row, for comparing; nothing's digest when it cannot be read.</summary>
    public static StateDigest DigestOf(HeldReceipt row) => row.Stream is { } stream && Read(row) is { } receipt ? StateDigest.Of(stream, receipt) : StateDigest.None;

    /// <summary>Whether nobody changed the row since it was kept.</summary>
    public static bool IsIntact(HeldReceipt row) => row.Digest is { } kept && DigestOf(row).ToString() == kept;
}
