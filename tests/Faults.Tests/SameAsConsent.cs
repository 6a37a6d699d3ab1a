using Consent.Contracts;

namespace Consent.Faults.Tests;

/// <summary>A subscriber holds the newest receipt of every subject, and no other, exactly as the consent service holds it. Pure.</summary>
internal static class SameAsConsent
{
    public static IEnumerable<Violation> Of(string subscriber, Dictionary<(string Site, string Subject), Receipt> held, ConsentLog log)
    {
        foreach (var (stream, newest) in log.Newest)
        {
            if (!held.TryGetValue(stream, out var there))
                yield return Told($"nothing of a person at {stream.Site} whose newest receipt is {newest.Id}");
            else if ((there.Epoch, there.Version) != (newest.Epoch, newest.Version))
                yield return Told($"epoch {there.Epoch}, version {there.Version} of a person at {stream.Site} of whom the consent service holds epoch {newest.Epoch}, version {newest.Version}");
            else if (!SamePurposes(there, newest))
                yield return Told($"other purposes under the version of receipt {newest.Id} of {stream.Site}");
        }

        foreach (var (stream, there) in held)
        {
            if (!log.Newest.ContainsKey(stream)) yield return Told($"receipt {there.Id} of a person at {stream.Site} of whom the consent service knows nothing");
        }

        Violation Told(string what) => new("same-as-consent", $"{subscriber} holds {what}.");
    }

    private static bool SamePurposes(Receipt one, Receipt other) =>
        one.Purposes.Count == other.Purposes.Count && one.Purposes.All(p => other.Purposes.TryGetValue(p.Key, out var decision) && decision == p.Value);
}
