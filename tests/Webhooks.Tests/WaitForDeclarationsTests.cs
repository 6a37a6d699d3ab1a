using System.Text;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Webhooks.Tests;

public abstract class WaitForDeclarationsTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    private static readonly PublishedDeclaration Second =
        (Sample.Published().Declaration with { AnnouncementOfChanges = SampleDeclaration.Text("Elders.", "Elsewhere.") }).Published(Sample.Start, version: 2);

    [Fact]
    public async Task A_change_on_a_declaration_not_heard_of_yet_is_acknowledged_and_waits_for_it_also_when_the_process_ends()
    {
        await using var receiver = await Receiver.StartAsync();
        WebhookEndpoint endpoint;
        ConsentChanged early;
        await using (var app = await _data.StartAsync())
        {
            (endpoint, _) = await app.EndpointAsync(receiver.Url);
            early = Early(app);
            await app.HearAsync(early);
            await app.HearAsync(early);
            Assert.Contains(early.Id, app.Transport.Of<ConsentApplied>().SelectMany(a => a.Each()).Select(a => a.RecordId));
            Assert.Empty(app.Deliveries(endpoint));
            Assert.Equal(HealthStatus.Healthy, await app.HealthAsync());
        }

        await using var again = await _data.StartAsync(Sample.Start + WaitForDeclarations.Patience + TimeSpan.FromSeconds(1));
        Assert.Equal(HealthStatus.Degraded, await again.HealthAsync());
        await again.HearAsync(Sample.Event(Second));

        await again.StandAsync(endpoint, "delivered");
        Assert.Equal(early.Id, Assert.Single(receiver.All).Id);
        Assert.Equal(HealthStatus.Healthy, await again.HealthAsync());
    }

    [Fact]
    public async Task A_page_of_what_was_before_is_not_failed_by_it()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        var known = Sample.Event(Sample.Receipt(1, Decision.Given, app.Clock.At, RandomId.New()));

        await app.LoadAsync(Early(app), known);

        await app.StandAsync(endpoint, "delivered");
        await app.HearAsync(Sample.Event(Second));
        await app.StandAsync(endpoint, "delivered", "delivered");
        Assert.Equal(known.Id, receiver.All[0].Id);
    }

    [Fact]
    public async Task A_newer_change_takes_its_place()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.HearAsync(Early(app));

        var newer = await app.DecideAsync(2, Decision.Refused);
        await app.HearAsync(Sample.Event(Second));
        await app.StandAsync(endpoint, "delivered");

        Assert.Equal(newer.Id, Assert.Single(receiver.All).Id);
        using var db = app.Store.Open();
        Assert.Empty(db.Waiting.ToList());
    }

    [Fact]
    public async Task Of_an_erased_person_nothing_waits()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.HearAsync(Early(app));

        await app.HearAsync(Sample.Erased(2));

        foreach (var file in _data.Files("webhooks.db*"))
            Assert.DoesNotContain(Sample.Visitor, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        Assert.Equal(0L, _data.Execute("SELECT count(*) FROM waiting"));
        await app.HearAsync(Sample.Event(Second));
        await app.StandAsync(endpoint, "delivered");
        Assert.Equal(WebhookEvents.Erased, Assert.Single(receiver.All).Type);
    }

    private static ConsentChanged Early(WebhooksApp app) =>
        Sample.Event(Sample.Receipt(1, Decision.Given, app.Clock.At) with { Declaration = Second.Hash, DeclarationVersion = Second.Version });
}
