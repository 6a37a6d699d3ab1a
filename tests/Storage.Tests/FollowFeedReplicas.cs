using Consent.Contracts;

namespace Consent.Storage.Tests;

/// <summary>Replicas share the queue of pages: either must be able to take what comes to it.</summary>
[Collection(PostgresTests.Name)]
public sealed class FollowFeedReplicas(OnePostgres postgres) : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FedHandler _handler = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Page_IsHandledByWhicheverItComesTo_AndByNoneOnceTheCursorHasPassedIt()
    {
        var (one, other) = await StartTwoAsync();
        await using var first = one;
        await using var second = other;

        await other.HearAsync(FedService.Page(0, 7, "e1"));
        await one.HearAsync(FedService.Page(7, 9, "e2"));
        await other.HearAsync(FedService.Page(7, 9, "e2"));

        Assert.Equal(["e1", "e2"], _handler.Heard);
        Assert.Equal((9L, 7L), (one.Transport.Of<FeedRequested>()[^1].After, other.Transport.Of<FeedRequested>()[^1].After));
    }

    [Fact]
    public async Task PageThatBothHandleAtOnce_IsAskedOnFromOnce_AndTheCursorDoesNotGoBack()
    {
        var (one, other) = await StartTwoAsync();
        await using var first = one;
        await using var second = other;
        var slow = one.HearAsync(FedService.Page(0, 5, "waits"));
        await _handler.Waiting;
        await other.HearAsync(FedService.Page(0, 7, "waits not"));

        _handler.Go();
        await slow;

        Assert.Equal([0L, 0L, 7L], one.Transport.Of<FeedRequested>().Concat(other.Transport.Of<FeedRequested>()).Select(q => q.After).Order());
        await one.HearAsync(FedService.Page(7, 9, "e2"));
        Assert.Equal(["e2", "waits", "waits not"], _handler.Heard);
    }

    /// <summary>Both have asked their first question.</summary>
    private async Task<(FedService One, FedService Other)> StartTwoAsync()
    {
        (string, string)[] settings =
        [
            ("Storage:Engine", "postgres"), ("Storage:Postgres", await postgres.Server.CreateDatabaseAsync()),
            ("Storage:PostgresKeys", await postgres.Server.CreateDatabaseAsync()), ("Feed:Every", "01:00:00"),
        ];
        var one = await FedService.StartAsync(_folder.FullName, _handler, settings);
        await one.Transport.WaitForAsync<FeedRequested>(1);
        var other = await FedService.StartAsync(_folder.FullName, _handler, settings);
        await other.Transport.WaitForAsync<FeedRequested>(1);
        return (one, other);
    }
}
