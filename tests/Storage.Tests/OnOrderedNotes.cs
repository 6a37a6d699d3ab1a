namespace Consent.Storage.Tests;

/// <summary>What each test has that orders notes on an account of its own.</summary>
public abstract class OnOrderedNotes : IAsyncLifetime
{
    private protected OrderedNotes Notes { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync() => Notes = await OrderedNotes.BeginAsync();

    public ValueTask DisposeAsync()
    {
        Notes.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>And one process, to begin with.</summary>
public abstract class OnOneProcess : OnOrderedNotes
{
    private protected OrderedNotes.Process One { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        One = await Notes.StartAsync();
    }
}
