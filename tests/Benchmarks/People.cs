using Consent.Load;

namespace Consent.Benchmarks;

/// <summary>The visitors of one consent service: new ones decide, and those who did are asked about.</summary>
internal sealed class People
{
    /// <summary>Requests under way when a round ended were not answered: their visitors may not be there.</summary>
    private long _decided;

    public Visitors Visitors { get; } = Visitors.Fresh();

    public Asked Deciding(Uri server) => new(server, Servers.Decision, Visitors, () => Interlocked.Increment(ref _decided) - 1, 201);

    public Asked Known(Uri server, Template read) => new(server, read, Visitors, () => Random.Shared.NextInt64(Interlocked.Read(ref _decided)), 200);
}
