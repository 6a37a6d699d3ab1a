using Consent.Contracts;

namespace Consent.Faults.Tests;

/// <summary>Every acknowledged decision is in the log, as it was acknowledged. Pure.</summary>
internal static class InTheLog
{
    public static IEnumerable<Violation> Of(IReadOnlyList<DecisionAcknowledged> decisions, ConsentLog log)
    {
        foreach (var said in decisions)
        {
            if (log.Find(said.Receipt) is not { } receipt)
            {
                yield return new Violation("in-the-log", $"The decision with receipt {said.Receipt} of {said.Site} was acknowledged and is not in the log.");
                continue;
            }

            if (receipt.SubjectId != said.Subject || receipt.Epoch != said.Epoch || receipt.Version != said.Version
                || !Is(receipt, "statistics", said.Statistics) || !Is(receipt, "media", said.Media))
            {
                yield return new Violation("in-the-log", $"Receipt {said.Receipt} of {said.Site} says another thing in the log than when it was acknowledged.");
            }
        }
    }

    private static bool Is(Receipt receipt, string purpose, bool given) =>
        receipt.Purposes.TryGetValue(purpose, out var decision) && (given ? decision.Status == Decision.Given : decision.IsNo);
}
