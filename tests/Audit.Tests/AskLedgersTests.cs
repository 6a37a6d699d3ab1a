using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.Audit.Tests;

public class AskLedgersTests
{
    [Fact]
    public async Task Start_EachSourceIsAskedBehindItsCursor_AndAgain()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(new LedgerPage(RandomId.New(), "consent", 12, [], 0, 3));
        using var asking = Asking(audit.Log, audit.Outbox);
        var cancel = TestContext.Current.CancellationToken;
        await asking.StartAsync(cancel);

        await audit.Outbox.WaitForAsync<LedgerRequested>(4);
        await asking.StopAsync(cancel);
        var asked = audit.Outbox.Events.Where(e => e.Kind == LedgerRequested.Kind).Take(4)
            .Select(e => (Question: ContractJson.Read<LedgerRequested>(e.Body.Span), To: e.Service)).ToList();
        Assert.Equal(
            ["consent 12 3", "marketing-unsubscribe 0 ", "consent 12 3", "marketing-unsubscribe 0 "],
            asked.Select(a => $"{a.Question.Source} {a.Question.After} {a.Question.Epoch}"));
        Assert.All(asked, a => Assert.Equal(a.Question.Source, a.To));
    }

    [Fact]
    public async Task Start_WhileTheBrokerIsDown_AsksWhenItIsBack()
    {
        await using var audit = new AuditOnDisk();
        var refused = new TaskCompletionSource();
        var attempts = 0;
        audit.Outbox.Fails = _ =>
        {
            if (++attempts > 2) return false;
            refused.TrySetResult();
            return true;
        };
        using var asking = Asking(audit.Log, audit.Outbox);
        var cancel = TestContext.Current.CancellationToken;
        await asking.StartAsync(cancel);

        await refused.Task.WaitAsync(cancel);
        Assert.Equal("consent", (await audit.Outbox.WaitForAsync<LedgerRequested>(1))[0].Source);
        await asking.StopAsync(cancel);
    }

    internal static AskLedgers Asking(AuditLog log, IEventTransport transport) => new(log, transport,
        new ConfigurationBuilder().AddInMemoryCollection([new("Audit:CatchUpEvery", "00:00:00.020")]).Build(),
        TimeProvider.System, NullLogger<AskLedgers>.Instance);
}
