using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Subscriber.Tests;

/// <summary>Replicas that do not know the same: one of another release, one that has not looked yet, one that cannot, and one whose database lost something.</summary>
[Collection(OnPostgres.Name)]
public sealed class ReplicasApartTests(OnePostgres postgres) : IDisposable
{
    private readonly TestData _data = TestData.On(postgres);
    private readonly SteppedTime _time = new(Sample.Start.AddHours(1));

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task OtherWishes_AreLeftAloneWhileOneLivesThatHasThem_AndAfterwardsBeganAnew()
    {
        await using var older = await OneSubscriber.StartAsync(_data);
        var newer = await OneSubscriber.StartAsync(_data, b => b.AddConsentSubscriber(OneSubscriber.Name, ["statistics"]), loaded: false);
        await Eventually.IsSoAsync("the older one knows", () => Task.FromResult(older.State.Loading.Wishes == "statistics"));
        _data.Execute("UPDATE turns SET expires_at = expires_at - interval '10 seconds' WHERE name = 'wishes'");
        await Eventually.IsSoAsync("the newer one holds on to them", () => Task.FromResult(
            _data.Execute("SELECT expires_at > clock_timestamp() + interval '24 seconds' FROM turns WHERE name = 'wishes'") is true));
        Assert.Equal("statistics", older.State.Loading.Wishes);

        await newer.DisposeAsync();
        older.Transport.Forget();
        _data.Execute("UPDATE turns SET expires_at = clock_timestamp() WHERE name = 'wishes'");

        await Eventually.IsSoAsync("it begins anew", () => Task.FromResult(older.State.Loading.Wishes == "every site" && older.Transport.Of<SnapshotRequested>().Count > 0));
        Assert.False(older.State.IsLoaded);
    }

    [Fact]
    public async Task WithdrawalAtOne_WhichHasNotLookedYetForADeclarationThatTheOtherHeard_IsKept()
    {
        await using var one = await OneSubscriber.StartAsync(_data, b => b.AddConsentSubscriber(OneSubscriber.Name, ["statistics"]));
        await one.HearAsync(Sample.Published(1, d => d with { Purposes = [.. d.Purposes.Where(p => p.Id != "statistics")] }));
        await using var other = await OneSubscriber.StartAsync(_data, _time, purposes: ["statistics"]);
        await one.HearAsync(Sample.Published(2));

        await other.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(1, Decision.Withdrawn)));

        Assert.Equal(1, one.State.Newest(Sample.Site, Sample.Visitor)?.Version);
    }

    [Fact]
    public async Task CannotLookForTenSeconds_PermitsNothing_AndIsNotReady_UntilItCan()
    {
        await using var one = await OneSubscriber.StartAsync(_data, _time);
        await one.HearAsync(Sample.Published());
        await one.HearAsync(Sample.Receipt(1, Decision.Given));
        Assert.Equal((true, "given"), one.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));

        // As where nothing can be written: what is read is read still.
        _data.Execute("ALTER TABLE turns RENAME TO turns_away");
        _time.Pass(TimeSpan.FromSeconds(11));
        Assert.Equal((false, "not-loaded"), one.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
        var health = await one.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Unhealthy, health.Entries[$"subscriber-{OneSubscriber.Name}"].Status);

        _data.Execute("ALTER TABLE turns_away RENAME TO turns");
        await Eventually.IsSoAsync("it permits again", () =>
        {
            _time.Pass(TimeSpan.FromSeconds(1));
            return Task.FromResult(one.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics") == (true, "given"));
        });
    }

    [Fact]
    public async Task DatabaseThatWasStartedAgain_AndMayHaveLostSomething_IsComparedSoon()
    {
        await using var one = await OneSubscriber.StartAsync(_data, _time);
        await ComparedAsync(1);
        var question = one.Transport.Of<StateCompared>()[0];
        await one.HearAsync(new ComparisonAnswered(RandomId.New(), question.Source, question.Id, [], false));
        var answered = _time.GetUtcNow();
        await PassUntilAsync("it rests", () => _time.GetUtcNow() - answered > TimeSpan.FromMinutes(3));
        Assert.Single(one.Transport.Of<StateCompared>());

        await postgres.Server.DieAsync();
        await postgres.Server.StartAgainAsync();
        var began = _time.GetUtcNow();
        await ComparedAsync(2);

        Assert.True(_time.GetUtcNow() - began < TimeSpan.FromMinutes(5), $"Only after {_time.GetUtcNow() - began}.");

        Task ComparedAsync(int times) => PassUntilAsync($"it compares, {times}", () => one.Transport.Of<StateCompared>().Count >= times);
    }

    private Task PassUntilAsync(string what, Func<bool> isSo) => Eventually.IsSoAsync(what, () =>
    {
        _time.Pass(TimeSpan.FromSeconds(5));
        return Task.FromResult(isSo());
    });
}
