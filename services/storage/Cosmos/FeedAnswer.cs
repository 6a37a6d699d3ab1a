using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>What one range answered to a question for a change feed.</summary>
/// <param name="End">The number of its newest change, as the replica had it that answered.</param>
/// <param name="IsDry">It had nothing behind the place that it was asked for.</param>
internal sealed record RangeTold(string Range, long End, bool IsDry)
{
    /// <summary>Null where it was not answered, or the answer does not say of which range it is. A session token is <c>{range}:{version}#{number}</c>, and more behind another number sign.</summary>
    public static RangeTold? Of(ResponseMessage answer)
    {
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotModified) || answer.Headers.Session is not { Length: > 0 } token) return null;
        if (token.Contains(',', StringComparison.Ordinal) || RangeRuns.Parse(token) is not { } told) return null;
        var number = token.AsSpan(token.IndexOf('#', StringComparison.Ordinal) + 1);
        if (number.IndexOf('#') is >= 0 and var more) number = number[..more];
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var end) ? new RangeTold(told.Range, end, answer.StatusCode == HttpStatusCode.NotModified) : null;
    }
}

/// <summary>One answer of a change feed. The client asks one range after another until one has something.</summary>
/// <param name="After">The continuation behind it, of all ranges.</param>
/// <param name="Told">What the ranges answered that were asked for it; the changes are those of the last.</param>
internal sealed record FeedAnswer(IReadOnlyList<JsonElement> Changes, string After, IReadOnlyList<RangeTold> Told)
{
    private const string InContinuation = "\"FeedRange\"";

    /// <summary>The number of its last change, in its range; 0 for none.</summary>
    public long Last => Changes is [.., var last] && last.TryGetProperty("_lsn", out var number) ? number.GetInt64() : 0;

    /// <summary>How many ranges there are.</summary>
    public int Ranges
    {
        get
        {
            var count = 0;
            for (var at = 0; (at = After.IndexOf(InContinuation, at, StringComparison.Ordinal)) >= 0; at += InContinuation.Length) count++;
            return count;
        }
    }
}

/// <summary>
/// Whether a walk through a change feed has handed out all that was committed before it began, although more is committed all the time: each range is read to the end that it had when it answered
/// first, or had nothing more since. For one walk.
/// </summary>
internal sealed class FeedEnds
{
    private readonly Dictionary<string, long> _ends = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reached = new(StringComparer.Ordinal);
    private int _ranges;

    public bool AreReached => _ranges > 0 && _reached.Count >= _ranges;

    public void Note(FeedAnswer answer)
    {
        if (answer.Ranges is var ranges && ranges != _ranges)
        {
            // Split or merged meanwhile: others answer now.
            _ends.Clear();
            _reached.Clear();
            _ranges = ranges;
        }

        foreach (var told in answer.Told)
        {
            _ends.TryAdd(told.Range, told.End);
            if (told.IsDry) _reached.Add(told.Range);
        }

        if (answer.Told is [.., { IsDry: false } last] && answer.Last > 0 && answer.Last >= _ends[last.Range]) _reached.Add(last.Range);
    }
}
