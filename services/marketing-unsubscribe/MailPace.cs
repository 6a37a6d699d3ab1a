using System.Security.Cryptography;
using System.Text;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// How often mails may be sent that anybody can ask for, on whichever site: to one mailbox once in ten minutes and five times a day; and within an hour only so
/// many to one domain, unless it is among <see cref="LargeMailProviders"/>, and of one site (<see cref="MailLimits"/>). Each kind of mail has all of that to
/// itself, so that who types an address into forms keeps its owner out of no preference centre. Counted in memory, under hashes with a key of this process:
/// a restart forgets, and each replica counts for itself. Of more mails than are kept, the oldest are forgotten first.
/// </summary>
public sealed class MailPace(MailLimits limits, ILogger<MailPace> log, int mostKept = 50_000)
{
    public const int MostInADay = 5;
    public static readonly TimeSpan Between = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _gate = new();
    private readonly Queue<SentMail> _inOrder = new();
    private readonly Dictionary<string, List<SentMail>> _sent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _thisHour = new(StringComparer.Ordinal);
    private long _hour;

    /// <summary>The mail that may be sent now, counted already; null when none may.</summary>
    /// <param name="address">In its one spelling.</param>
    public SentMail? TryTake(string address, string site, DateTimeOffset now, AskedMail kind = AskedMail.Confirmation)
    {
        ArgumentNullException.ThrowIfNull(address);
        var domain = address[(address.LastIndexOf('@') + 1)..];
        var mailbox = $"{kind} {Hash($"{Local(address)}@{domain}")}";
        var (ofDomain, ofSite) = (LargeMailProviders.Has(domain) ? null : $"{kind} domain {Hash(domain)}", $"{kind} site {site}");
        lock (_gate)
        {
            ForgetOld(now);
            var toMailbox = _sent.GetValueOrDefault(mailbox) ?? [];
            if (toMailbox.Count >= MostInADay || toMailbox.Exists(mail => !mail.MayBeRepeated && mail.At + Between > now)) return null;
            if (ofDomain is not null && _thisHour.GetValueOrDefault(ofDomain) >= limits.MostToADomain) return null;
            var many = _thisHour.GetValueOrDefault(ofSite);
            if (many >= limits.MostOfASite)
            {
                // Said once in the hour.
                if (many == limits.MostOfASite)
                    log.LogWarning("For site {Site}, {Count} mails of kind {Kind} were sent within an hour; until it is over nobody is sent another.", site, many, kind);
                _thisHour[ofSite] = limits.MostOfASite + 1;
                return null;
            }
            _thisHour[ofSite] = many + 1;
            if (ofDomain is not null) _thisHour[ofDomain] = _thisHour.GetValueOrDefault(ofDomain) + 1;
            var taken = new SentMail(mailbox, now);
            toMailbox.Add(taken);
            _sent[mailbox] = toMailbox;
            _inOrder.Enqueue(taken);
            return taken;
        }
    }

    /// <summary>It could not be sent, and may be tried again at once. For the hour of its domain and site it counts all the same.</summary>
    /// <param name="mayBeOut">Nobody knows: it counts for the day too.</param>
    public void GiveBack(SentMail mail, bool mayBeOut)
    {
        ArgumentNullException.ThrowIfNull(mail);
        lock (_gate)
        {
            mail.MayBeRepeated = true;
            if (!mayBeOut) Forget(mail);
        }
    }

    /// <summary>
    /// Of spellings that mostly end in one mailbox the same: without dots, and without what follows a plus. Where they are two people's, which the product
    /// holds them to be everywhere else, one of them waits for the other here.
    /// </summary>
    private static string Local(string address) => address[..address.LastIndexOf('@')].Split('+')[0].Replace(".", "", StringComparison.Ordinal);

    private string Hash(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));

    private void ForgetOld(DateTimeOffset now)
    {
        while (_inOrder.TryPeek(out var oldest) && (_inOrder.Count >= mostKept || oldest.At + Day <= now)) Forget(_inOrder.Dequeue());
        var hour = now.UtcTicks / TimeSpan.TicksPerHour;
        if (hour == _hour) return;
        _hour = hour;
        _thisHour.Clear();
    }

    private void Forget(SentMail mail)
    {
        if (_sent.GetValueOrDefault(mail.Mailbox) is { } toMailbox && toMailbox.Remove(mail) && toMailbox.Count == 0) _sent.Remove(mail.Mailbox);
    }
}

/// <summary>What may be asked for by whoever types an address.</summary>
public enum AskedMail
{
    /// <summary>The second step of an opt-in, whether it was asked for on a form or by a page's script.</summary>
    Confirmation,

    /// <summary>The link to one's preferences.</summary>
    Preferences,
}

/// <summary>One mail that was counted.</summary>
public sealed class SentMail(string mailbox, DateTimeOffset at)
{
    internal string Mailbox { get; } = mailbox;

    internal DateTimeOffset At { get; } = at;

    internal bool MayBeRepeated { get; set; }
}
