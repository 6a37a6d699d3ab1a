using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class MailOutageTests : IDisposable
{
    private readonly Clock _clock = new();
    private readonly StandIn _server = new();
    private readonly MailPace _pace = new(new MailLimits(), NullLogger<MailPace>.Instance);
    private readonly MailOutage _mails;

    public MailOutageTests() => _mails = new MailOutage(_server, _pace, new MailLimits(), _clock);

    public void Dispose() => _mails.Dispose();

    [Fact]
    public async Task AMailThatFailed_IsTriedByWhoeverComesNext_AndUntilItIsTakenAllAreRefused()
    {
        var jan = Due("jan@example.com");
        _server.Refuses = _ => true;
        await RefusedAsync(() => _mails.SendAsync(jan));
        await RefusedAsync(_mails.TryAgainAsync);
        await RefusedAsync(_mails.TryAgainAsync);
        _server.Refuses = _ => false;
        await _mails.TryAgainAsync();
        await _mails.TryAgainAsync();
        Assert.Equal(4, _server.Tried.Count(mail => mail == jan.Mail));
        // It went out, and so its owner is sent no other.
        Assert.Null(_pace.TryTake("jan@example.com", Sample.Site, Sample.Noon));
    }

    [Fact]
    public async Task AMailThatIsItselfAtFault_GivesWayAfterAMinute_ToOneThatIsDue()
    {
        var (fault, piet) = (Due("fault@example.com"), Due("piet@example.com"));
        _server.Refuses = mail => mail == fault.Mail;
        await RefusedAsync(() => _mails.SendAsync(fault));
        await RefusedAsync(_mails.TryAgainAsync);
        _clock.Pass(TimeSpan.FromSeconds(61));

        // Who is due none has tried as often, and is refused still.
        await _mails.TryAgainAsync();
        await RefusedAsync(() => _mails.SendAsync(null));
        await _mails.TryAgainAsync();
        Assert.True(await _mails.SendAsync(piet));

        await _mails.TryAgainAsync();
        Assert.False(await _mails.SendAsync(null));
        Assert.NotNull(_pace.TryTake("fault@example.com", Sample.Site, Sample.Noon));
    }

    [Fact]
    public async Task InALongOutage_WhoIsDueAMailAndWhoIsNot_TryAsOftenAndAreRefused()
    {
        _server.Refuses = _ => true;
        await RefusedAsync(() => _mails.SendAsync(Due("jan@example.com")));
        _clock.Pass(TimeSpan.FromHours(1));
        foreach (var due in (DueMail?[])[null, Due("piet@example.com"), null])
        {
            var before = _server.Tried.Count;
            await _mails.TryAgainAsync();
            await RefusedAsync(() => _mails.SendAsync(due));
            Assert.Equal(before + 2, _server.Tried.Count);
        }
        Assert.NotNull(_pace.TryTake("piet@example.com", Sample.Site, Sample.Noon));
    }

    [Fact]
    public async Task WhereNoMailIsDue_TheServerIsAsked_UnlessItWasWellAMomentAgo()
    {
        await _mails.SendAsync(null);
        for (var i = 0; i < 10; i++) await _mails.SendAsync(null);
        Assert.Equal(1, _server.Rehearsals);
        _clock.Pass(TimeSpan.FromSeconds(2));
        _server.IsAway = true;
        await RefusedAsync(() => _mails.SendAsync(null));
        await RefusedAsync(() => _mails.SendAsync(null));
        Assert.Equal(3, _server.Rehearsals);
    }

    private DueMail Due(string address) => new(new MimeMessage(), _pace.TryTake(address, Sample.Site, Sample.Noon)!);

    private static Task RefusedAsync(Func<Task> sending) => Assert.ThrowsAsync<MailUnavailableException>(sending);

    /// <summary>Stands still until it is moved, stopwatches too.</summary>
    private sealed class Clock : TimeProvider
    {
        private long _ticks = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan by) => _ticks += by.Ticks;
    }

    private sealed class StandIn : IMailer
    {
        public List<MimeMessage> Tried { get; } = [];

        public int Rehearsals { get; private set; }

        public bool IsAway { get; set; }

        public Func<MimeMessage, bool> Refuses { get; set; } = _ => false;

        public MailboxAddress From { get; } = new(null, "post@orchard.example");

        public Task<bool> SendAsync(MimeMessage mail)
        {
            Tried.Add(mail);
            return Refuses(mail) ? throw new MailUnavailableException("It takes none.", mayBeOut: false) : Task.FromResult(true);
        }

        public Task RehearseAsync()
        {
            Rehearsals++;
            return IsAway ? throw new MailUnavailableException("It is away.", mayBeOut: false) : Task.CompletedTask;
        }
    }
}
