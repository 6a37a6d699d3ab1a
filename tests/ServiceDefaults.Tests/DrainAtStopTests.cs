using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Consent.ServiceDefaults.Tests;

public sealed class DrainAtStopTests
{
    [Fact]
    public async Task ToldToStop_ItIsNotReady_AnswersAllTheSame_AndClosesItsConnections_UntilTheTimeIsOver()
    {
        var clock = new HeldClock(TimeSpan.FromSeconds(7));
        await using var app = await Started.AppAsync(
            new() { ["Shutdown:DrainFor"] = "00:00:07" }, web => web.MapGet("/hello", () => "hello"), services => services.AddSingleton<TimeProvider>(clock));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal(TimeSpan.FromSeconds(27), app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
        using var before = await http.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.NotEqual(true, before.Headers.ConnectionClose);

        var stopped = app.StopAsync();
        await clock.Held.WaitAsync(TimeSpan.FromSeconds(30));
        using var ready = await http.GetAsync("/health/ready");
        using var live = await http.GetAsync("/health/live");
        using var hello = await http.GetAsync("/hello");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.OK, hello.StatusCode);
        Assert.Equal(true, hello.Headers.ConnectionClose);
        Assert.False(stopped.IsCompleted);

        clock.Release();
        await stopped;
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/hello"));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("00:06:00")]
    [InlineData("-00:00:01")]
    [InlineData("a while")]
    public void WhatIsNoTimeToDrain_IsRefusedAtStart_InASentence(string drainFor)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => Started.Builder(new() { ["Shutdown:DrainFor"] = drainFor }).AddServiceDefaults("test"));
        Assert.Contains("Shutdown:DrainFor", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(drainFor, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Lets a wait of one length end when it is told to, and every other by the real time.</summary>
    private sealed class HeldClock(TimeSpan held) : TimeProvider
    {
        private readonly TaskCompletionSource<Action> _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Somebody waits.</summary>
        public Task Held => _held.Task;

        public void Release() => _held.Task.Result();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != held) return base.CreateTimer(callback, state, dueTime, period);
            _held.TrySetResult(() => callback(state));
            return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
