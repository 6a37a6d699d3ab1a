using System.Text;

namespace Consent.Contracts;

/// <summary>
/// Whether two texts differ in their spelling only. Cautious: what it lets pass asks nobody again, so it lets pass little. Case,
/// punctuation and white space do not count; beyond that, up to three words may each have a slip of the pen: long words, without
/// digits, that begin alike. "Never" is not "ever", and 30 is not 90.
/// </summary>
public static class Spelling
{
    private const int MostSlips = 3;
    private const int ShortestWord = 5;
    private const int LongWord = 9;

    public static bool SaysTheSame(string one, string other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (one == other) return true;
        var (words, others) = (Words(one), Words(other));
        if (words.Count != others.Count) return false;
        var changed = words.Zip(others).Where(pair => pair.First != pair.Second).ToList();
        return changed.Count <= MostSlips && changed.TrueForAll(pair => IsSlip(pair.First, pair.Second));
    }

    private static bool IsSlip(string one, string other)
    {
        var shorter = Math.Min(one.Length, other.Length);
        return shorter >= ShortestWord && one[0] == other[0] && !one.Concat(other).Any(char.IsDigit)
            && Distance(one, other) <= (shorter >= LongWord ? 2 : 1);
    }

    /// <summary>Letters and digits in runs, in lower case.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c)) word.Append(char.ToLowerInvariant(c));
            else End();
        }

        End();
        return words;

        void End()
        {
            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
        }
    }

    /// <summary>Insertions, deletions, substitutions and exchanges of neighbours (optimal string alignment).</summary>
    private static int Distance(string one, string other)
    {
        var d = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= other.Length; j++) d[0, j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            for (var j = 1; j <= other.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[one.Length, other.Length];
    }
}
