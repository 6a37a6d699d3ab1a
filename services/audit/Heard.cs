using Consent.Contracts;

namespace Consent.Audit;

/// <summary>An event as it stands in audit's log: word for word as it came, with the time at which it was first heard.</summary>
/// <param name="At">Audit's own clock, UTC to the millisecond.</param>
public sealed record Heard(string Kind, string EventId, DateTimeOffset At, ReadOnlyMemory<byte> Body)
{
    public static Heard Of<T>(T e, DateTimeOffset at) where T : IEvent => new(T.Kind, e.Id, at, ContractJson.Write(e));

    /// <summary>The event itself, or null when it is of another kind.</summary>
    public T? As<T>() where T : class, IEvent => Kind == T.Kind ? ContractJson.Read<T>(Body.Span) : null;
}
