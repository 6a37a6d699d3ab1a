using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>
/// Loads the declarations before the service answers anything, and then looks twice a second for those that another replica has
/// published. Receipts are neither read nor waited for, so that following costs the same however many there are.
/// </summary>
internal sealed class FollowDeclarations(DeclarationLog declarations, TimeProvider time, ILogger<FollowDeclarations> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LogAtStart.WaitAsync(async cancel => await declarations.CatchUpAsync(cancel), logger, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        var failing = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await declarations.CatchUpAsync(stoppingToken);
                    failing = false;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // Told once for each time that the log is away, not twice a second.
                    if (!failing) logger.LogWarning("New declarations cannot be looked for ({Reason}); it is tried again all the time.", e.GetType().Name);
                    failing = true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
