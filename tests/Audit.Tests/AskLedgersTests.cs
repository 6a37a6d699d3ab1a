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
        await audit.HearAsync(new LedgerPage(RandomId.New(), "consent", 12, []));
        using var asking = Asking(audit.Log, audit.Outbox);
        var cancel = TestContext.Current.CancellationToken;
        await asking.StartAsync(cancel);

        foreach (var (source, after) in ((string, long)[])[("consent", 12), ("marketing-unsubscribe", 0), ("consent", 12), ("marketing-unsubscribe", 0)])
        {
            var (question, to) = await audit.Outbox.NextAsync<LedgerRequested>(cancel);
            Assert.Equal((source, after, source), (question.Source, question.After, to));
        }
        await asking.StopAsync(cancel);
    }

    [Fact]
    public async Task Start_WhileTheBrokerIsDown_AsksWhenItIsBack()
    {
        await using var audit = new AuditOnDisk();
        var refused = new TaskCompletionSource();
        var attempts = 0;
        audit.Outbox.OnSending = _ =>
        {
            if (++attempts > 2) return Task.CompletedTask;
            refused.TrySetResult();
            throw new UnpublishedException("The broker is down.");
        };
        using var asking = Asking(audit.Log, audit.Outbox);
        var cancel = TestContext.Current.CancellationToken;
        await asking.StartAsync(cancel);

        await refused.Task.WaitAsync(cancel);
        Assert.Equal("consent", (await audit.Outbox.NextAsync<LedgerRequested>(cancel)).Event.Source);
        await asking.StopAsync(cancel);
    }

    internal static AskLedgers Asking(AuditLog log, IEventTransport transport) => new(log, transport,
        new ConfigurationBuilder().AddInMemoryCollection([new("Audit:CatchUpEvery", "00:00:00.020")]).Build(),
        TimeProvider.System, NullLogger<AskLedgers>.Instance);
}
