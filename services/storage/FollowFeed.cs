using System.Text;
using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults;
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
/// unless set). What arrived already is handed over once more, which changes nothing. What cannot be handled goes alone to the queue of its
/// kind, where it is tried again and then laid aside like any other: nothing behind it waits for it.
/// </summary>
/// <param name="isHeld">Whether an event of this kind and id need not be handed over; null to hand over each.</param>
internal sealed class FollowFeed(
    string service, string source, IReadOnlyList<FedEvent> events, IRecordLog own, IServiceProvider provider, Func<IServiceProvider, string, string, ValueTask<bool>>? isHeld)
    : BackgroundService, IEventHandler<FeedPage>
{
    /// <summary>
    /// Replicas hold the lease together: whichever a page comes to can handle it, and the cursor alone says whether that is still to be done.
    /// It lies where all before it was handed over, and never goes back.
    /// </summary>
    private const string Holder = "every replica";
    private static readonly TimeSpan Term = TimeSpan.FromMinutes(2);
    private readonly IEventTransport _transport = provider.GetRequiredService<IEventTransport>();
    private readonly TimeProvider _time = provider.GetRequiredService<TimeProvider>();
    private readonly ILogger _logger = provider.GetRequiredService<ILogger<FollowFeed>>();
    private readonly TimeSpan _every = provider.GetRequiredService<IConfiguration>().GetValue("Feed:Every", TimeSpan.FromSeconds(30));
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
            if (await own.AcquireAsync(_cursor, Holder, Term) is not { } lease) return;
            // A page of an older question: what is before the cursor has been handed over.
            if (await own.CursorAsync(_cursor, cancel) != e.After) return;
            var failed = (await Task.WhenAll(e.Events.GroupBy(PersonOf).Select(one => HandOverAsync(one, cancel)))).SelectMany(each => each).ToList();
            if (failed.Count > 0) await _transport.PublishAsync(failed, cancel);
            // Of replicas that handled it side by side the first asks on, so that one question does not become two rows of them.
            var isFirst = await own.CursorAsync(_cursor, cancel) == e.After;
            if (await own.MoveCursorAsync(lease, e.Through) && isFirst) await AskAsync(e.Through, cancel);
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
                // Only while the log can be written, so that the answer can be handled.
                if (Volatile.Read(ref _handling) == 0 && await own.AcquireAsync(_cursor, Holder, Term) is not null) await AskAsync(await own.CursorAsync(_cursor, stoppingToken), stoppingToken);
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

    /// <summary>What is of one person is handed over in its order, one after the other; people side by side.</summary>
    private async Task<List<OutgoingEvent>> HandOverAsync(IEnumerable<PublishedEvent> ofOne, CancellationToken cancel)
    {
        var failed = new List<OutgoingEvent>();
        foreach (var one in ofOne)
        {
            if (await HandOverAsync(one, cancel) is { } left) failed.Add(left);
        }
        return failed;
    }

    private static (string?, string?) PersonOf(PublishedEvent one) =>
        one.Body.ValueKind != JsonValueKind.Object ? default
        : Text(one.Body, "stream") is { } stream ? (stream, null)
        : one.Body.TryGetProperty("receipt", out var receipt) && receipt.ValueKind == JsonValueKind.Object ? (Text(receipt, "site"), Text(receipt, "subjectId"))
        : (Text(one.Body, "site"), Text(one.Body, "subjectId") ?? Text(one.Body, "id"));

    private static string? Text(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Throws when the log or the broker is away, without which nothing else could be done about it: then the page comes again.</summary>
    /// <returns>Null; or the event, for its own queue, when it could not be handled.</returns>
    private async Task<OutgoingEvent?> HandOverAsync(PublishedEvent one, CancellationToken cancel)
    {
        if (events.FirstOrDefault(e => e.Kind == one.Kind) is not { } fed) return null;
        var id = one.Body.ValueKind == JsonValueKind.Object ? Text(one.Body, "id") : null;
        try
        {
            if (isHeld is not null && id is not null && await isHeld(provider, one.Kind, id)) return null;
            await fed.HandAsync(provider, service, one.Body, cancel);
            return null;
        }
        catch (Exception e) when (e is NotHeardYetException or not (IUnavailable or UnpublishedException or OperationCanceledException))
        {
            _logger.LogWarning("{Service} could not handle a {Kind} of the feed of {Source} ({Reason}): it goes to its own queue.", service, one.Kind, source, BackOff.ReasonOf(e));
            return new OutgoingEvent(one.Kind, id ?? RandomId.New(), Encoding.UTF8.GetBytes(one.Body.GetRawText()), service);
        }
    }
}

/// <summary>Hands a page to the one that asked for it.</summary>
internal sealed class HearFeedPage(IReadOnlyList<FollowFeed> followers) : IEventHandler<FeedPage>
{
    public Task HandleAsync(FeedPage e, CancellationToken cancel) => Task.WhenAll(followers.Select(f => f.HandleAsync(e, cancel)));
}
