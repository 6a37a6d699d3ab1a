namespace Consent.MarketingUnsubscribe;

/// <summary>
/// How often one address may be sent a confirmation mail, whoever asks for it: once in ten minutes, five times a day. Counted by address id, in
/// memory: a restart forgets, and each replica counts for itself. Of more mails than are kept, the oldest are forgotten first.
/// </summary>
public sealed class MailPace(int mostKept = 50_000)
{
    public const int MostInADay = 5;
    public static readonly TimeSpan Between = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly Lock _gate = new();
    private readonly Queue<SentMail> _inOrder = new();
    private readonly Dictionary<string, List<SentMail>> _sent = new(StringComparer.Ordinal);

    /// <summary>The mail that may be sent now, counted already; null when none may.</summary>
    public SentMail? TryTake(string addressId, DateTimeOffset now)
    {
        lock (_gate)
        {
            while (_inOrder.TryPeek(out var oldest) && (_inOrder.Count >= mostKept || oldest.At + Day <= now)) Forget(_inOrder.Dequeue());
            var toAddress = _sent.GetValueOrDefault(addressId) ?? [];
            if (toAddress.Count >= MostInADay || toAddress.Exists(mail => !mail.MayBeRepeated && mail.At + Between > now)) return null;
            var taken = new SentMail(addressId, now);
            toAddress.Add(taken);
            _sent[addressId] = toAddress;
            _inOrder.Enqueue(taken);
            return taken;
        }
    }

    /// <summary>It could not be sent, and may be tried again at once.</summary>
    /// <param name="mayBeOut">Nobody knows: it counts for the day all the same.</param>
    public void GiveBack(SentMail mail, bool mayBeOut)
    {
        ArgumentNullException.ThrowIfNull(mail);
        lock (_gate)
        {
            mail.MayBeRepeated = true;
            if (!mayBeOut) Forget(mail);
        }
    }

    private void Forget(SentMail mail)
    {
        if (_sent.GetValueOrDefault(mail.AddressId) is { } toAddress && toAddress.Remove(mail) && toAddress.Count == 0) _sent.Remove(mail.AddressId);
    }
}

/// <summary>One mail that was counted.</summary>
public sealed class SentMail(string addressId, DateTimeOffset at)
{
    internal string AddressId { get; } = addressId;

    internal DateTimeOffset At { get; } = at;

    internal bool MayBeRepeated { get; set; }
}
