using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>One kind of event that a feed brings, and how it reaches the service's handler of that kind.</summary>
public sealed record FedEvent(string Kind, Func<IServiceProvider, string, JsonElement, CancellationToken, Task> HandAsync)
{
    public static FedEvent Of<T>() where T : class, IEvent => new(T.Kind, (provider, service, body, cancel) =>
        provider.GetRequiredKeyedService<IEventHandler<T>>($"{service}-{T.Kind}").HandleAsync(body.Deserialize<T>(ContractJson.Options)!, cancel));
}

/// <summary>
/// Makes up for what never arrived from a source of which every version is needed: asks for what was published behind a cursor, which
/// lies in the service's own log and so comes back with it from a restore. At the start, and then every <c>Feed:Every</c> (a time span, 30 seconds
/// unless set); one replica at a time. What arrived already is handed over once more, which changes nothing.
/// </summary>
/// <param name="isHeld">Whether an event of this kind and id need not be handed over; null to hand over each.</param>
internal sealed class FollowFeed(
    string service, string source, IReadOnlyList<FedEvent> events, IRecordLog own, IServiceProvider provider, Func<IServiceProvider, string, string, ValueTask<bool>>? isHeld)
    : BackgroundService, IEventHandler<FeedPage>
{
    private static readonly TimeSpan Term = TimeSpan.FromMinutes(2);
    private readonly IEventTransport _transport = provider.GetRequiredService<IEventTransport>();
    private readonly TimeProvider _time = provider.GetRequiredService<TimeProvider>();
    private readonly ILogger _logger = provider.GetRequiredService<ILogger<FollowFeed>>();
    private readonly TimeSpan _every = provider.GetRequiredService<IConfiguration>().GetValue("Feed:Every", TimeSpan.FromSeconds(30));
    private readonly string _holder = own.IsShared ? RandomId.New() : "the only one";
    private readonly string _cursor = $"feed/{source}";
    private int _handling;

    public string Source => source;

    public async Task HandleAsync(FeedPage e, CancellationToken cancel)
    {
        if (e.Source != source || e.Through <= e.After) return;
        // One at a time: the answer to a question that was repeated because this takes long brings the same.
        if (Interlocked.Exchange(ref _handling, 1) == 1) return;
        try
        {
            if (await own.AcquireAsync(_cursor, _holder, Term) is not { } lease) return;
            // A page of an older question: what is before the cursor has been handed over.
            if (await own.CursorAsync(_cursor, cancel) != e.After) return;
            await Task.WhenAll(e.Events.Select(one => HandOverAsync(one, cancel)));
            if (await own.MoveCursorAsync(lease, e.Through)) await AskAsync(e.Through, cancel);
        }
        finally
        {
            Volatile.Write(ref _handling, 0);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_every, _time);
        do
        {
            try
            {
                if (Volatile.Read(ref _handling) == 0 && await own.AcquireAsync(_cursor, _holder, Term) is not null) await AskAsync(await own.CursorAsync(_cursor, stoppingToken), stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                _logger.LogDebug("{Service} could not ask {Source} for its feed ({Reason}); it asks again later.", service, source, BackOff.ReasonOf(e));
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private Task AskAsync(long after, CancellationToken cancel) =>
        _transport.PublishAsync([OutgoingEvent.Of(new FeedRequested(RandomId.New(), source, service, [.. events.Select(e => e.Kind)], after), source)], cancel);

    private async Task HandOverAsync(PublishedEvent one, CancellationToken cancel)
    {
        if (events.FirstOrDefault(e => e.Kind == one.Kind) is not { } fed) return;
        if (isHeld is not null && one.Body.TryGetProperty("id", out var id) && await isHeld(provider, one.Kind, id.GetString()!)) return;
        await fed.HandAsync(provider, service, one.Body, cancel);
    }
}

/// <summary>Hands a page to the one that asked for it.</summary>
internal sealed class HearFeedPage(IReadOnlyList<FollowFeed> followers) : IEventHandler<FeedPage>
{
    public Task HandleAsync(FeedPage e, CancellationToken cancel) => Task.WhenAll(followers.Select(f => f.HandleAsync(e, cancel)));
}
