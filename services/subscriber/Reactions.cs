using Consent.Contracts;

namespace Consent.Subscriber;

/// <summary>What a service does of its own on a change and on an erasure: called after the commit and before the acknowledgement, at least once.</summary>
internal sealed record Reactions(Func<ConsentChanged, CancellationToken, Task>? OnApplied, Func<ConsentErased, CancellationToken, Task>? OnErased)
{
    public Task AppliedAsync(ConsentChanged e, CancellationToken cancel) => OnApplied?.Invoke(e, cancel) ?? Task.CompletedTask;

    public Task ErasedAsync(ConsentErased e, CancellationToken cancel) => OnErased?.Invoke(e, cancel) ?? Task.CompletedTask;
}
