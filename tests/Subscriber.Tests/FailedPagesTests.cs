using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Subscriber.Tests;

/// <summary>Pages that cannot be applied, by a clock that the test moves.</summary>
public sealed class FailedPagesTests : IDisposable
{
    private const string Name = "stumbling";
    private readonly TemporaryFolder _data = new();
    private readonly SteppedTime _time = new(Sample.Start.AddHours(1));
    private readonly LogLines _log = new();

    public void Dispose()
    {
        _log.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task PageWhoseReactionFails_IsCounted_AndAskedForAgainEverMoreRarely_AndNamesNobodyInTheLog()
    {
        var fails = true;
        await using var subscriber = await StartAsync((_, e) => fails ? throw new InvalidOperationException($"Nobody knows {e.Receipt.SubjectId}.") : Task.CompletedTask);
        using var failed = new Measured(SubscriberMetrics.MeterName, "consent.subscriber.failed_pages", "service", Name);
        var pauses = new List<TimeSpan>();

        for (var asked = 1; asked <= 2; asked++)
        {
            // It comes back to no queue: the handler does not throw.
            await subscriber.HearAsync(Page(await Pages.QuestionAsync(subscriber, asked)));
            var began = _time.GetUtcNow();
            await PassUntilAskedAsync(subscriber, asked + 1);
            pauses.Add(_time.GetUtcNow() - began);
        }

        Assert.False(subscriber.State.IsLoaded);
        Assert.True(pauses[0] >= TimeSpan.FromSeconds(5) && pauses[1] >= TimeSpan.FromSeconds(10), $"Asked again after {string.Join(", ", pauses)}.");
        Assert.Equal(2, failed.Sum);
        Assert.Contains(_log.All, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains(nameof(InvalidOperationException), StringComparison.Ordinal));
        Assert.DoesNotContain(_log.All, line => line.Contains(Sample.Visitor, StringComparison.Ordinal));

        fails = false;
        await subscriber.HearAsync(Page(Pages.Asked(subscriber)[^1]));
        Assert.True(subscriber.State.IsLoaded);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(6, 160)]
    [InlineData(7, 300)]
    [InlineData(1000, 300)]
    public void PauseAfter_FailuresInARow_DoublesUpToFiveMinutes(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), FailedPages.PauseAfter(failures));

    [Fact]
    public async Task PageWithAReceiptWhoseDeclarationCameLater_IsAppliedWhenTheDeclarationsWereAskedForAgain()
    {
        await using var subscriber = await StartAsync((provider, e) =>
            provider.GetRequiredKeyedService<DeclarationBook>(Name).ByHash(e.Receipt.Site, e.Receipt.Declaration!) is null ? throw new InvalidOperationException("Not heard of.") : Task.CompletedTask);
        await subscriber.HearAsync(Page(await Pages.QuestionAsync(subscriber, 1)));
        Assert.False(subscriber.State.IsLoaded);

        // Published since the subscriber asked for them first.
        await PassUntilAskedAsync(subscriber, 2, Sample.Published());
        await subscriber.HearAsync(Page(Pages.Asked(subscriber)[^1]));

        Assert.True(subscriber.State.IsLoaded);
    }

    [Fact]
    public async Task RangeThatFails_LetsAnotherPass()
    {
        await using var subscriber = await StartAsync((_, e) => e.Receipt.Version == 3 ? throw new InvalidOperationException("Never.") : Task.CompletedTask);
        await Pages.LoadNothingAsync(subscriber);
        var load = subscriber.Services.GetRequiredKeyedService<LoadSnapshot>(Name);
        await load.RepairAsync(new LoadSnapshot.Range("", Pages.First, Wishes.Kinds, IsWalk: false), TestContext.Current.CancellationToken);
        await load.RepairAsync(new LoadSnapshot.Range(Pages.First, Pages.Second, Wishes.Kinds, IsWalk: false), TestContext.Current.CancellationToken);

        await subscriber.HearAsync(Page(await Pages.QuestionAsync(subscriber, 2), Pages.First));
        await PassUntilAskedAsync(subscriber, 3);
        await subscriber.HearAsync(Pages.Of(Pages.Asked(subscriber)[^1], Pages.Second, complete: true));
        await PassUntilAskedAsync(subscriber, 4);

        Assert.Equal(["", "", Pages.First, ""], Pages.Asked(subscriber).Select(question => question.After));
    }

    [Fact]
    public async Task DeclarationsThatCannotBeKept_AreAskedForAgain()
    {
        await using var service = await OneSubscriber.StartAsync(_data, b => With(b).AddDeclarationBook(Name), name: Name);
        using var failed = new Measured(SubscriberMetrics.MeterName, "consent.subscriber.failed_pages", "service", Name);
        var page = Pages.OfDeclarations((await service.Transport.WaitForAsync<SnapshotRequested>(1))[0], Sample.Published());
        Execute("ALTER TABLE declarations RENAME TO elsewhere");

        await service.HearAsync(page);
        // Another answer to the same question, while nothing can be done.
        await service.HearAsync(page);
        Assert.Equal(1, failed.Sum);
        Execute("ALTER TABLE elsewhere RENAME TO declarations");
        var asked = service.Transport.Of<SnapshotRequested>().Count;
        var began = _time.GetUtcNow();
        await Eventually.IsSoAsync("it asks again", () =>
        {
            _time.Pass(TimeSpan.FromSeconds(1));
            return Task.FromResult(service.Transport.Of<SnapshotRequested>().Count > asked);
        });
        Assert.True(_time.GetUtcNow() - began >= TimeSpan.FromSeconds(5));
        await service.HearAsync(page);

        Assert.Equal(Sample.Published().Hash, service.Book.InForce(Sample.Site)?.Hash);
    }

    private static SnapshotPage Page(SnapshotRequested question, string through = LoadSnapshot.End) =>
        Pages.Of(question, through, complete: true, (Pages.First, Sample.Receipt(3, Decision.Given)));

    private Task<OneSubscriber> StartAsync(Func<IServiceProvider, ConsentChanged, Task> onApplied) => OneSubscriber.StartAsync(
        _data, b => With(b).AddConsentSubscriber(Name, onApplied: (provider, e, _) => onApplied(provider, e)), loaded: false, name: Name);

    private IHostApplicationBuilder With(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Logging.AddProvider(_log);
        return builder;
    }

    /// <summary>Lets time pass, a second at a time, until so many questions for states were asked; those for declarations are answered with these.</summary>
    private Task PassUntilAskedAsync(OneSubscriber subscriber, int number, params PublishedDeclaration[] declarations) =>
        Eventually.IsSoAsync($"question {number} is asked", async () =>
        {
            if (Pages.AskedForDeclarations(subscriber) is [.., var last]) await subscriber.HearAsync(Pages.OfDeclarations(last, declarations));
            if (Pages.Asked(subscriber).Count >= number) return true;
            _time.Pass(TimeSpan.FromSeconds(1));
            return false;
        });

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_data.File(Name, "subscriber.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
