namespace Consent.Tests.Support.Cosmos;

/// <summary>
/// An account of Azure Cosmos DB as far as its official client (3.64, gateway mode) is used here: the calls for databases, containers, ranges,
/// documents, queries in one partition and the change feed, over a memory of its own. It proves what the client does and what we do with it;
/// what Azure does it only repeats as its documentation and its client's source tell. What it does not know it refuses with 400 and remembers.
/// </summary>
public sealed class CosmosStandIn : HttpMessageHandler
{
    private readonly Lock _one = new();
    private readonly CosmosMetadata _metadata = new();
    private readonly CosmosTally _tally = new();

    public CosmosFaults Faults { get; } = new();

    /// <summary>The store's.</summary>
    public ManualClock Clock { get; } = new();

    /// <summary>What was refused; empty when the client asked for nothing that the stand-in does not know.</summary>
    public IReadOnlyList<string> Refused => _tally.Refused;

    /// <summary>Answers since the start or <see cref="CountAnew"/>, those of planted faults among them.</summary>
    public IReadOnlyList<Counted> Counts => _tally.Counts;

    /// <summary>Name and address of each region, first the one for writing; empty: one, at the address that is asked.</summary>
    public IReadOnlyList<(string Name, Uri At)> Regions
    {
        get => _metadata.Regions;
        set => _metadata.Regions = value;
    }

    /// <summary>What the account says of itself: <c>Session</c> unless set.</summary>
    public string Consistency
    {
        get => _metadata.Consistency;
        set => _metadata.Consistency = value;
    }

    /// <summary>How large a page of a query or of the feed becomes at most, unless one document is larger: 4 MB unless set.</summary>
    public int PageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// A change feed that has nothing names the newest number of the replica that was asked, also where that lags behind the one that it was asked for, so that whoever goes on from there is given
    /// again what he had. Else the higher of the two. Which of them Azure does is not known here.
    /// </summary>
    public bool FeedTellsItsOwnNumber { get; set; }

    public void CountAnew() => _tally.Anew();

    /// <summary>Readers without a session token see the range so many changes behind, until it is called with 0.</summary>
    public void Lag(string container, int range, int changes) => Change(container, c => Range(c, range).Lag = changes);

    /// <summary>Two ranges in place of one; whoever asks for that one is told that it is gone.</summary>
    public void Split(string container, int range) => Change(container, c => c.Split($"{range}"));

    /// <summary>The newest changes of a range are no more, and their numbers are given out again: a failover that lost them.</summary>
    public void LoseTail(string container, int range, int changes) => Change(container, c => c.LoseTail($"{range}", changes));

    /// <summary>Ids of the ranges that there are, in the order of the keys.</summary>
    public IReadOnlyList<int> RangesOf(string container)
    {
        var ranges = new List<int>();
        Change(container, c => ranges.AddRange(c.Ranges.Select(r => int.Parse(r.Id, null))));
        return ranges;
    }

    /// <summary>In which range a partition lies.</summary>
    public int RangeOf(string container, string partition)
    {
        var range = 0;
        Change(container, c => range = int.Parse(c.RangeOf(partition).Id, null));
        return range;
    }

    /// <summary>All that is stored, every version of every document.</summary>
    public Task<string> SnapshotAsync()
    {
        lock (_one) return Task.FromResult(CosmosSnapshot.Of(_metadata.Containers));
    }

    /// <summary>Puts containers back as they were when the snapshot was made; others stay.</summary>
    public void Restore(string snapshot)
    {
        lock (_one) CosmosSnapshot.PutBack(snapshot, _metadata);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new CosmosCall(request, request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken));
        var asked = Recognised(call);
        // An operation is under way once it was sent: whoever gives up waiting does not call it back.
        var answer = await AnswerAsync(call, asked).WaitAsync(cancellationToken);
        return answer.ToMessage(request, Clock.GetUtcNow(), call.Header("x-ms-activity-id") ?? Guid.Empty.ToString());
    }

    private async Task<CosmosAnswer> AnswerAsync(CosmosCall call, Asked asked)
    {
        if (await FaultAsync(asked, When.Before) is { } instead) return instead;
        var answer = Apply(call, asked);
        return await FaultAsync(asked, When.After) ?? answer;
    }

    private async Task<CosmosAnswer?> FaultAsync(Asked asked, When when)
    {
        if (Faults.Take(asked, when) is not { } fault) return null;
        if (fault.Until is { } until)
        {
            await until();
            return null;
        }
        if (fault.Code is not { } code)
        {
            _tally.Count(asked, 0, 0);
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was lost, as planted.");
        }
        var answer = CosmosAnswer.Failed(code, "As planted.", fault.Sub);
        if (fault.RetryAfter is { } wait) answer.Headers["x-ms-retry-after-ms"] = wait.ToString(null, null);
        _tally.Count(asked, code, answer.Charge);
        return answer;
    }

    private CosmosAnswer Apply(CosmosCall call, Asked asked)
    {
        lock (_one)
        {
            CosmosAnswer answer;
            try
            {
                answer = Answer(call);
            }
            catch (Exception e) when (e is RefusedException or FormatException or KeyNotFoundException or InvalidOperationException or System.Text.Json.JsonException)
            {
                _tally.Refuse($"{call}: {e.Message}");
                answer = CosmosAnswer.Failed(400, $"The stand-in does not know this, see tests/Support/Cosmos: {e.Message}");
            }
            _tally.Count(asked, answer.Status, answer.Charge);
            return answer;
        }
    }

    private CosmosAnswer Answer(CosmosCall call)
    {
        CosmosHeaders.RefuseUnknown(call);
        if (call.Header("authorization") is null) return CosmosAnswer.Failed(401, "There is no authorization.");
        if (call.Path is []) return _metadata.Account(call.Address);
        if (call.Path is not ["dbs", var database, "colls", var name, "docs", ..]) return _metadata.Answer(call) ?? throw new RefusedException("an unknown call");
        if (_metadata.Find(database, name) is not { } container) return CosmosAnswer.Failed(404, "Resource Not Found.", 1003);
        if (call.Header("x-ms-cosmos-intended-collection-rid") is { } meant && meant != container.Rid) return CosmosAnswer.Failed(400, "Another container has this name now.", 1024);
        return (call.Method.Method, call.Path.Length, call.Is("x-ms-documentdb-isquery")) switch
        {
            ("POST", 5, true) => CosmosDocuments.Query(container, call, Clock.GetUtcNow(), PageBytes),
            ("POST", 5, false) => CosmosDocuments.Create(container, call, Clock.GetUtcNow()),
            ("GET", 5, _) => CosmosDocuments.Feed(container, call, PageBytes, FeedTellsItsOwnNumber),
            ("GET", 6, _) => CosmosDocuments.Read(container, call, call.Path[5]),
            ("PUT", 6, _) => CosmosDocuments.Replace(container, call, call.Path[5], Clock.GetUtcNow()),
            _ => throw new RefusedException("an unknown call about documents"),
        };
    }

    /// <summary>What it is about, also when it is refused afterwards.</summary>
    private Asked Recognised(CosmosCall call)
    {
        var query = call.Is("x-ms-documentdb-isquery");
        var operation = (call.Method.Method, call.Path.Length) switch
        {
            (_, 0) => Operation.Account,
            ("POST", 5) => query ? Operation.Query : Operation.Create,
            ("GET", 5) => call.Path[4] == "pkranges" ? Operation.Ranges : Operation.Feed,
            ("GET", 6) => Operation.Read,
            ("PUT", 6) => Operation.Replace,
            _ => Operation.Metadata,
        };
        lock (_one)
        {
            var container = call.Path.Length > 3 ? _metadata.Find(call.Path[1], call.Path[3])?.Name : null;
            var id = operation == Operation.Create ? call.Sent("id") : call.Path.ElementAtOrDefault(5);
            var text = query ? call.Sent("query") : null;
            return new Asked(operation, container, call.PartitionText, id, text is null ? null : CosmosQueries.Find(text)?.Name, call.Header("x-ms-session-token"), call.Address.Host);
        }
    }

    private void Change(string container, Action<StoredContainer> change)
    {
        lock (_one) change(_metadata.Containers.Find(c => c.Name == container) ?? throw new ArgumentException($"There is no container {container}.", nameof(container)));
    }

    private static StoredRange Range(StoredContainer container, int range) =>
        container.Range($"{range}") ?? throw new ArgumentException($"There is no range {range}.", nameof(range));
}
