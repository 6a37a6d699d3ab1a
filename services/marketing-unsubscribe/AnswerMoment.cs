using System.Security.Cryptography;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The moment at which an opt-in from a page is answered, so that the time tells nobody whether a mail was sent: when 95 of the last hundred mails had been
/// taken, and not before <see cref="MailLimits.AnswerAfter"/>. A slower mail is waited for; where none was sent, one of the hundred, drawn by lot, is waited
/// for as if it had been.
/// </summary>
public sealed class AnswerMoment(MailLimits limits, TimeProvider time)
{
    private const int Remembered = 100;
    private readonly Lock _gate = new();
    private readonly Queue<TimeSpan> _took = new();

    /// <param name="began">Timestamp of when it began to matter whose address it is.</param>
    public async Task WaitAsync(long began, bool wasSent, CancellationToken cancel)
    {
        var answered = After(time.GetElapsedTime(began), wasSent);
        var rest = answered - time.GetElapsedTime(began);
        if (rest > TimeSpan.Zero) await Task.Delay(rest, time, cancel);
    }

    /// <summary>How long after its beginning a request is answered for which everything was done in this time.</summary>
    public TimeSpan After(TimeSpan took, bool wasSent)
    {
        lock (_gate)
        {
            if (wasSent) _took.Enqueue(took);
            if (_took.Count > Remembered) _took.Dequeue();
            if (_took.Count == 0) return limits.AnswerAfter;
            TimeSpan[] sorted = [.. _took.Order()];
            var usual = sorted[sorted.Length * 95 / 100];
            var own = wasSent ? took : sorted[RandomNumberGenerator.GetInt32(sorted.Length)];
            return ((TimeSpan[])[limits.AnswerAfter, usual, own]).Max();
        }
    }
}
