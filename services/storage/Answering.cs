using System.Collections.Concurrent;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Storage;

/// <summary>
/// Sends answers to those who asked, and lets nobody who asks badly hold up the others. The same question of the same subscriber within
/// a tenth of a second is passed over. An answer that reaches no queue, or no broker, is let go: whoever has a queue asks again.
/// </summary>
internal sealed class Answering(string service, IEventTransport transport, TimeProvider time)
{
    /// <summary>Names are what somebody wrote into a message; of more than so many none is remembered.</summary>
    private const int MostRemembered = 1000;
    private static readonly TimeSpan NotAgainWithin = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, (string Question, long At)> _answered = new(StringComparer.Ordinal);

    public bool IsAnswered(string subscriber, string question)
    {
        if (!_answered.TryGetValue(subscriber, out var last) || last.Question != question || time.GetElapsedTime(last.At) >= NotAgainWithin) return false;
        StorageMetrics.SnapshotsRefused.Add(1, new("store", service), new("subscriber", subscriber));
        return true;
    }

    public async Task SendAsync(OutgoingEvent answer, string subscriber, string question, CancellationToken cancel)
    {
        try
        {
            await transport.PublishAsync([answer], cancel);
        }
        catch (UnpublishedException)
        {
            StorageMetrics.Unanswered.Add(1, new("store", service), new("subscriber", subscriber));
            return;
        }

        if (_answered.Count >= MostRemembered) _answered.Clear();
        _answered[subscriber] = (question, time.GetTimestamp());
    }
}
