using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consent.Storage.Tests;

/// <summary>Two services in one container, as in the one-process host.</summary>
public sealed class RegistrationTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestTransport _transport = new();
    private readonly IHost _host;

    public RegistrationTests()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("Data", _folder.FullName), new("Relay:RedeliverAfter", "00:00:05")]);
        builder.Services.AddSingleton<IEventTransport>(_transport);
        foreach (var service in new[] { "one", "two" })
        {
            builder.AddRecordLog(service);
            builder.AddRelay(service, _ => new Published((record, _) => new OutgoingEvent(record.Kind, record.Id, record.Payload), NewestSuffices: true));
        }

        builder.AddRecordLog("audit");
        _host = builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task EachService_HasItsOwnLogAndLedger_AndPublishesItsOwn()
    {
        await _host.StartAsync();
        await Handler<SubscriberAnnounced>("one").HandleAsync(new SubscriberAnnounced("x", "newsletter", ["note"], false, Make.Moment), default);
        var published = Published("one-1", "two-1");

        var one = await Log("one").AppendedAsync("a", 1, "one-1");
        var two = await Log("two").AppendedAsync("a", 1, "two-1");
        await published.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(["log.db", "ledger.db"], new[] { "log.db", "ledger.db" }.Where(f => File.Exists(Path.Combine(_folder.FullName, "one", f))));
        Assert.Single(await Ledger("one").DeliveriesOfAsync(one.Id));
        Assert.Empty(await Ledger("two").DeliveriesOfAsync(two.Id));
        Assert.Empty(await Log("audit").FeedAsync(0, 10));
    }

    [Fact]
    public async Task Acknowledgement_ReachesTheLedgerOfItsSourceOnly_AndAuditIsAnsweredByThatOne()
    {
        var record = await Log("one").AppendedAsync("a", 1);
        await Log("two").AppendedAsync("a", 1);
        var applied = ConsentApplied.By("newsletter", "one", record.Id, TimeProvider.System.Now().AddMilliseconds(-70));
        foreach (var service in new[] { "one", "two" }) await Handler<ConsentApplied>(service).HandleAsync(applied, default);

        foreach (var service in new[] { "one", "two" }) await Handler<LedgerRequested>(service).HandleAsync(new LedgerRequested("q", "one", 0), default);

        Assert.Empty(await Ledger("two").DeliveriesOfAsync(record.Id));
        var answer = Assert.Single(_transport.Events);
        Assert.Equal(("audit", LedgerPage.Kind), (answer.Service, answer.Kind));
        var page = ContractJson.Read<LedgerPage>(answer.Body.Span);
        Assert.Equal(applied, Assert.Single(page.Closed));
        Assert.Equal(("one", 1L), (page.Source, page.Through));
    }

    [Fact]
    public async Task Audit_AskingAgainBehindEachPage_IsToldAllThatWasClosed_AndThenThatNothingIsBehind()
    {
        var records = await Task.WhenAll(Enumerable.Range(1, 1100).Select(i => Log("one").AppendedAsync($"s{i}", 1)));
        await Task.WhenAll(records.Select(r =>
            Handler<ConsentApplied>("one").HandleAsync(ConsentApplied.By("newsletter", "one", r.Id, Make.Moment), default)));

        var pages = new List<LedgerPage>();
        do
        {
            _transport.Forget();
            await Handler<LedgerRequested>("one").HandleAsync(new LedgerRequested("q", "one", pages.LastOrDefault()?.Through ?? 0), default);
            pages.Add(ContractJson.Read<LedgerPage>(Assert.Single(_transport.Events).Body.Span));
        }
        while (pages[^1].Closed.Count > 0);

        Assert.Equal([500, 500, 100, 0], pages.Select(p => p.Closed.Count));
        Assert.Equal(1100, pages.SelectMany(p => p.Closed).Select(c => c.RecordId).Distinct().Count());
        Assert.Equal(pages[2].Through, pages[3].Through);
    }

    [Fact]
    public void Settings_ThatMakeNoSense_StopTheStart()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("Relay:RedeliverAfter", "00:00:00")]);

        Assert.Throws<InvalidOperationException>(() => builder.AddRelay("one", _ => new Published((_, _) => null, false)));
    }

    private IRecordLog Log(string service) => _host.Services.GetRequiredKeyedService<IRecordLog>(service);

    private DeliveryLedger Ledger(string service) => _host.Services.GetRequiredKeyedService<DeliveryLedger>(service);

    private IEventHandler<T> Handler<T>(string service) where T : class, IEvent =>
        _host.Services.GetRequiredKeyedService<IEventHandler<T>>($"{service}-{T.Kind}");

    private Task Published(params string[] ids)
    {
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = ids.ToHashSet();
        _transport.Fails = events =>
        {
            foreach (var e in events) waiting.Remove(Make.AliasIn(e.Body));
            if (waiting.Count == 0) all.TrySetResult();
            return false;
        };
        return all.Task;
    }
}
