using Consent.Subscriber;

namespace Consent.Webhooks;

/// <summary>
/// To which endpoints this replica sends: one replica at a time to each, for as long as something is under way there. So their order is kept, and none is sent what another
/// replica is sending. Where one process owns the file, all are its own. For the loop of <see cref="DeliverWebhooks"/> alone.
/// </summary>
/// <param name="turns">Null where one process owns the file.</param>
internal sealed class HoldEndpoints(Turns? turns) : IAsyncDisposable
{
    private readonly Dictionary<string, Turn> _held = new(StringComparer.Ordinal);

    /// <summary>Null while another replica has it. What was read of the endpoint before a new turn may be old.</summary>
    /// <returns>The token ends when the turn is lost.</returns>
    public async Task<(CancellationToken Lost, bool IsNew)?> HoldAsync(string endpoint, CancellationToken cancel)
    {
        if (turns is null) return (CancellationToken.None, false);
        if (_held.TryGetValue(endpoint, out var held) && !held.Lost.IsCancellationRequested) return (held.Lost, false);
        if (held is not null) await GiveBackAsync(endpoint, held);
        if (await turns.TakeAsync($"endpoint {endpoint}", cancel) is not { } turn) return null;
        _held[endpoint] = turn;
        return (turn.Lost, true);
    }

    /// <summary>Whoever has something to send there next has the turn.</summary>
    /// <param name="busy">Those to which something is under way.</param>
    public async Task GiveBackAsync(IReadOnlySet<string> busy)
    {
        foreach (var (endpoint, turn) in _held.Where(held => !busy.Contains(held.Key)).ToList()) await GiveBackAsync(endpoint, turn);
    }

    public async ValueTask DisposeAsync()
    {
        HashSet<string> none = [];
        await GiveBackAsync(none);
    }

    private async Task GiveBackAsync(string endpoint, Turn turn)
    {
        _held.Remove(endpoint);
        await turn.DisposeAsync();
    }
}
