namespace Consent.Tests.Support.Cosmos;

/// <summary>What is asked of the store, as far as a fault or a count tells it apart.</summary>
public enum Operation
{
    Any,
    Account,
    Metadata,
    Ranges,
    Create,
    Read,
    Replace,
    Query,
    Feed,
}

/// <summary>Whether a fault comes in place of the operation, or of its answer.</summary>
public enum When
{
    Before,
    After,
}

/// <summary>One request, as far as a fault may choose by it.</summary>
/// <param name="Container">Its name; null when the request is not about one.</param>
/// <param name="Partition">The partition key.</param>
/// <param name="Query">Name of the query in <see cref="CosmosQueries"/>.</param>
/// <param name="SessionToken">As sent.</param>
/// <param name="Host">Which of the account's regions was asked.</param>
public sealed record Asked(Operation Operation, string? Container, string? Partition, string? Id, string? Query, string? SessionToken, string Host);

/// <summary>Something that goes wrong with one request.</summary>
public sealed record Fault
{
    internal int? Code { get; private init; }

    internal int Sub { get; private init; }

    internal int? RetryAfter { get; private init; }

    internal Func<Task>? Until { get; private init; }

    /// <summary>The connection breaks: the client learns nothing.</summary>
    public static Fault Lost { get; } = new();

    /// <summary>The answer is this, for example 410 with 1002, or 503.</summary>
    public static Fault Status(int code, int sub = 0) => new() { Code = code, Sub = sub };

    /// <summary>429, and when to come again, in milliseconds.</summary>
    public static Fault Throttle(int retryAfter) => new() { Code = 429, Sub = 3200, RetryAfter = retryAfter };

    /// <summary>
    /// Waits until this has ended, and then goes on as if nothing were. Before: the operation is applied then, also when the client has given up
    /// long since, as one that hung in the network is.
    /// </summary>
    public static Fault Held(Task until) => new() { Until = () => until };

    /// <summary>As <see cref="Held"/>, by time.</summary>
    public static Fault Delay(TimeSpan by) => new() { Until = () => Task.Delay(by) };
}

/// <summary>The faults that are planted, each for the next requests that it fits; in the order of planting.</summary>
public sealed class CosmosFaults
{
    private readonly Lock _one = new();
    private readonly List<Planted> _planted = [];

    /// <summary>How many are still to come: a test that plants them sees with it that they came.</summary>
    public int Left
    {
        get
        {
            lock (_one) return _planted.Sum(p => p.Left);
        }
    }

    /// <param name="times">For so many requests.</param>
    /// <param name="only">For those alone of which this is true.</param>
    public void Next(Operation operation, When when, Fault fault, int times = 1, Func<Asked, bool>? only = null)
    {
        lock (_one) _planted.Add(new Planted(operation, when, fault, only) { Left = times });
    }

    public void Clear()
    {
        lock (_one) _planted.Clear();
    }

    internal Fault? Take(Asked asked, When when)
    {
        lock (_one)
        {
            var found = _planted.Find(p => p.When == when && (p.Operation == Operation.Any || p.Operation == asked.Operation) && p.Only?.Invoke(asked) != false);
            if (found is null) return null;
            if (--found.Left == 0) _planted.Remove(found);
            return found.Fault;
        }
    }

    private sealed record Planted(Operation Operation, When When, Fault Fault, Func<Asked, bool>? Only)
    {
        public int Left { get; set; }
    }
}
