namespace Consent.Cli.Scan;

/// <summary>A declared name, in which <c>*</c> stands for any run of characters, the empty one included; everything else is literal, and case counts.</summary>
internal static class NamePattern
{
    public static bool Matches(string pattern, string name)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1) return pattern == name;
        if (name.Length < parts[0].Length + parts[^1].Length || !name.StartsWith(parts[0], StringComparison.Ordinal) || !name.EndsWith(parts[^1], StringComparison.Ordinal))
            return false;
        // Each part in the middle where it comes first leaves most room for those behind it.
        var (at, end) = (parts[0].Length, name.Length - parts[^1].Length);
        foreach (var part in parts[1..^1])
        {
            var found = name.IndexOf(part, at, end - at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + part.Length;
        }

        return true;
    }

    /// <summary>How much a pattern says: whole names before patterns, longer patterns before shorter.</summary>
    public static int Weight(string pattern) => pattern.Contains('*', StringComparison.Ordinal) ? pattern.Count(c => c != '*') : int.MaxValue;
}
