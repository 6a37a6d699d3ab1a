using Consent.Contracts;

namespace Consent.Audit.Timelines;

/// <summary>Which receipts are searched for; what is null does not matter.</summary>
/// <param name="Purpose">One that was decided in it, or a topic.</param>
/// <param name="Declaration">Hash of the one that was shown.</param>
/// <param name="From">Recorded then or later.</param>
/// <param name="Until">Recorded before.</param>
internal sealed record ReceiptFilter(string? Site, string? Purpose, string? Declaration, DateTimeOffset? From, DateTimeOffset? Until)
{
    public bool Matches(Receipt receipt) =>
        (Site is null || receipt.Site == Site) && (Purpose is null || receipt.Changed.Contains(Purpose, StringComparer.Ordinal))
        && (Declaration is null || receipt.Declaration == Declaration) && (From is null || receipt.RecordedAt >= From) && (Until is null || receipt.RecordedAt < Until);
}
