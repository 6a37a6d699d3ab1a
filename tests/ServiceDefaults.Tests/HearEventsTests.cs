using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.ServiceDefaults.Tests;

/// <summary>A bus that hears nothing though the broker answers is given up for another; RabbitMQ is Debian's.</summary>
public sealed class HearEventsTests(OneBroker broker) : IClassFixture<OneBroker>
{
    [Fact]
    public async Task A_bus_that_stays_unwell_while_the_broker_answers_is_replaced_by_one_that_hears()
    {
        var made = 0;
        using var hearing = Hearing(() => BusAt(++made < 3 ? new Uri($"amqp://guest:guest@127.0.0.1:{FreePorts.Take(1)[0]}/") : new Uri(broker.Address)), broker.Address);
        await hearing.StartAsync(CancellationToken.None);

        await Eventually.IsSoAsync("it hears", async () => await StatusAsync(hearing) == HealthStatus.Healthy, TimeSpan.FromSeconds(60));

        // The third is well, unless a busy machine left it no time for that.
        Assert.True(made >= 3, $"{made}");
        await hearing.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_bus_that_is_well_is_kept_and_while_the_broker_is_away_another_would_not_help()
    {
        var (madeWell, madeAway, away) = (0, 0, new Uri($"amqp://guest:guest@127.0.0.1:{FreePorts.Take(1)[0]}/"));
        using var well = Hearing(() => (madeWell++, BusAt(new Uri(broker.Address))).Item2, broker.Address);
        using var cutOff = Hearing(() => (madeAway++, BusAt(away)).Item2, away.AbsoluteUri);
        await well.StartAsync(CancellationToken.None);
        await cutOff.StartAsync(CancellationToken.None);
        await Eventually.IsSoAsync("one hears", async () => await StatusAsync(well) == HealthStatus.Healthy, TimeSpan.FromSeconds(60));
        // On a busy machine the first may not have been well soon enough.
        var made = madeWell;
        // Four times as many looks, a tenth of a second apart, as it takes until a bus is left no longer unwell.
        var (ofWell, ofAway) = (well.Looks + 20, cutOff.Looks + 20);
        await Eventually.IsSoAsync("both were looked at often", () => Task.FromResult(well.Looks >= ofWell && cutOff.Looks >= ofAway), TimeSpan.FromSeconds(60));

        Assert.Equal((made, 1), (madeWell, madeAway));
        Assert.NotEqual(HealthStatus.Healthy, await StatusAsync(cutOff));
        await well.StopAsync(CancellationToken.None);
        await cutOff.StopAsync(CancellationToken.None);
    }

    private static HearEvents Hearing(Func<IBusControl> make, string address) =>
        new(make, BrokerAddresses.Parse(address), TimeProvider.System, NullLogger<HearEvents>.Instance) { Patience = TimeSpan.FromMilliseconds(500), LookEvery = TimeSpan.FromMilliseconds(100) };

    private static IBusControl BusAt(Uri address) => Bus.Factory.CreateUsingRabbitMq(cfg =>
    {
        cfg.Host(new UriBuilder(address) { Scheme = "rabbitmq" }.Uri);
        cfg.ReceiveEndpoint("hear-events", endpoint => endpoint.ConfigureConsumeTopology = false);
    });

    private static async Task<HealthStatus> StatusAsync(HearEvents hearing) => (await hearing.CheckHealthAsync(new HealthCheckContext())).Status;
}
