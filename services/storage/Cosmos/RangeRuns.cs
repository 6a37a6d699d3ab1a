using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Globalization;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>
/// Which history each physical range of a client's containers has, as every answer tells it: a session token is <c>{range}:{version}#{number}</c> and more, and the version goes up when the
/// replicas of the range change their places, as at a failover, or when a region is added (VectorSessionToken of azure-cosmos-dotnet-v3). What the range had committed last may be lost then, and
/// its numbers be given out again, also where nobody knows a document of it that is missing. An account with one region says -1 always. Safe for many threads; one for each client.
/// </summary>
internal sealed class RangeRuns : RequestHandler
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, int>> _seen = new(StringComparer.Ordinal);
    private static readonly AsyncLocal<List<RangeTold>?> Listening = new();
    private int _failures;

    /// <summary>Of an account with strong consistency, whose failovers lose nothing: then nothing is told.</summary>
    public bool LosesNothing { get; set; }

    /// <summary>How many questions for a change feed were answered with a failure, or not at all: goes up only.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>What ranges answer to the caller's next questions for a change feed, until he listens anew: the answer that the client makes of them tells nothing of ranges.</summary>
    public static List<RangeTold> Listen() => Listening.Value = [];

    /// <summary>Of the client; null where none was given to it.</summary>
    public static RangeRuns? In(CosmosClient client) => client.ClientOptions.CustomHandlers.OfType<RangeRuns>().FirstOrDefault();

    /// <summary>The highest version of each range of the container that was seen, by <c>{container}/{range}</c>.</summary>
    public IReadOnlyDictionary<string, int> Of(string container) => !LosesNothing && _seen.TryGetValue(container, out var runs) ? runs : ReadOnlyDictionary<string, int>.Empty;

    /// <summary>Whether a range has another history by now than the one that is known; one of which nothing is known has not. Pure.</summary>
    public static bool AreNewer(IReadOnlyDictionary<string, int> seen, IReadOnlyDictionary<string, int> known) => seen.Any(one => known.TryGetValue(one.Key, out var run) && one.Value > run);

    /// <summary>Range and version of one part of a session token; null for one without a version. Pure.</summary>
    public static (string Range, int Run)? Parse(string token)
    {
        var (colon, hash) = (token.IndexOf(':', StringComparison.Ordinal), token.IndexOf('#', StringComparison.Ordinal));
        return colon > 0 && hash > colon && int.TryParse(token.AsSpan(colon + 1, hash - colon - 1), CultureInfo.InvariantCulture, out var run) ? (token[..colon].Trim(), run) : null;
    }

    public override async Task<ResponseMessage> SendAsync(RequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ResponseMessage answer;
        try
        {
            answer = await base.SendAsync(request, cancellationToken);
        }
        catch
        {
            if (IsOfFeed(request)) Interlocked.Increment(ref _failures);
            throw;
        }

        if ((int)answer.StatusCode >= 400 && IsOfFeed(request)) Interlocked.Increment(ref _failures);
        if (IsOfFeed(request) && Listening.Value is { } listens && RangeTold.Of(answer) is { } told)
        {
            lock (listens) listens.Add(told);
        }

        if (ContainerOf(request) is { } container && answer.Headers.Session is { Length: > 0 } session)
            foreach (var part in session.Split(',')) See(container, part);
        return answer;
    }

    /// <summary>Null for a question that is not about documents: those bear the session of something else.</summary>
    private static string? ContainerOf(RequestMessage request)
    {
        const string Before = "colls/";
        var path = request.RequestUri.OriginalString;
        if (path.IndexOf(Before, StringComparison.Ordinal) is not (>= 0 and var at)) return null;
        var name = path[(at + Before.Length)..];
        if (name.IndexOf('/', StringComparison.Ordinal) is >= 0 and var end) return name.AsSpan(end).StartsWith("/docs", StringComparison.Ordinal) ? name[..end] : null;
        // Creates, queries and the change feed are sent to the container itself; so is the question what container it is.
        return request.Method != HttpMethod.Get || IsOfFeed(request) ? name : null;
    }

    private static bool IsOfFeed(RequestMessage request) => request.Headers.TryGetValue("A-IM", out _);

    private void See(string container, string token)
    {
        if (Parse(token) is not { } told) return;
        var runs = _seen.GetOrAdd(container, _ => new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
        var key = $"{container}/{told.Range}";
        if (!runs.TryGetValue(key, out var known) || known < told.Run) runs.AddOrUpdate(key, told.Run, (_, before) => Math.Max(before, told.Run));
    }
}
