using System.Text.RegularExpressions;

namespace Consent.Storage;

/// <summary>How a subscriber may be called: it names a queue, and stands in metrics and in the ledger for good.</summary>
internal static partial class SubscriberName
{
    /// <summary>The name: 1 to 100 of <c>a-z 0-9 . _ -</c>, a letter or digit first. Throws <see cref="FormatException"/>, which lays a message aside, for any other.</summary>
    public static string Checked(string? name) => name is not null && Name().IsMatch(name)
        ? name
        : throw new FormatException("A subscriber is called by 1 to 100 of a-z, 0-9, '.', '_' and '-', with a letter or digit first.");

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,99}\z")]
    private static partial Regex Name();
}
