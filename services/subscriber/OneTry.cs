using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Consent.Subscriber;

/// <summary>Tells that PostgreSQL is away by a <see cref="StoreUnavailableException"/>, and tries nothing again: whoever asked knows whether that is of use.</summary>
internal sealed class OneTry(ExecutionStrategyDependencies dependencies) : IExecutionStrategy
{
    public bool RetriesOnFailure => false;

    public TResult Execute<TState, TResult>(TState state, Func<DbContext, TState, TResult> operation, Func<DbContext, TState, ExecutionResult<TResult>>? verifySucceeded)
    {
        try
        {
            return operation(dependencies.CurrentContext.Context, state);
        }
        catch (Exception e) when (PostgresSubscriberStore.IsAway(e))
        {
            throw PostgresSubscriberStore.Unavailable(e);
        }
    }

    public async Task<TResult> ExecuteAsync<TState, TResult>(
        TState state, Func<DbContext, TState, CancellationToken, Task<TResult>> operation, Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default)
    {
        try
        {
            return await operation(dependencies.CurrentContext.Context, state, cancellationToken);
        }
        catch (Exception e) when (PostgresSubscriberStore.IsAway(e))
        {
            throw PostgresSubscriberStore.Unavailable(e);
        }
    }
}
