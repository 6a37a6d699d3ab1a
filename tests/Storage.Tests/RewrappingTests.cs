using System.Security.Cryptography;
using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>Keys of persons that are put under another key in the background: what fails is tried again, and an operator can see it.</summary>
public sealed class RewrappingTests : IDisposable
{
    private const int Keys = 20 * 256;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatFails_OrTakesLong_IsAnAlarm_UntilItGetsOn()
    {
        var time = new ManualTime();
        var progress = new Rewrapping("alarmed", time);
        using var closing = new CancellationTokenSource();
        var (goesOn, attempts) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        var running = progress.RunAsync(
            async _ =>
            {
                progress.Left(100);
                if (Interlocked.Increment(ref attempts) == 1) throw new IOException("The disk is full.");
                await goesOn.Task;
            },
            closing.Token);
        Assert.Contains("IOException", progress.Alarm, StringComparison.Ordinal);

        await Eventually.IsSoAsync("it is tried again", () => Task.FromResult(Volatile.Read(ref attempts) == 2));
        Assert.Contains("IOException", progress.Alarm, StringComparison.Ordinal);
        progress.Left(50);
        Assert.Null(progress.Alarm);
        time.Advance(TimeSpan.FromMinutes(61));
        Assert.Contains("61 minutes: 50 are left", progress.Alarm, StringComparison.Ordinal);
        goesOn.SetResult();
        await running;
        Assert.Null(progress.Alarm);
    }

    [Fact]
    public async Task WhatFails_BeforeItWasCountedWhatIsLeft_IsNoAlarmAsSoonAsItGetsOn()
    {
        var progress = new Rewrapping("uncounted", new ManualTime());
        var (goesOn, attempts) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        var running = progress.RunAsync(
            async _ =>
            {
                if (Interlocked.Increment(ref attempts) == 1) throw new IOException("The database is away.");
                progress.Left(100);
                await goesOn.Task;
            },
            CancellationToken.None);
        Assert.Contains("IOException", progress.Alarm, StringComparison.Ordinal);

        await Eventually.IsSoAsync("it gets on", () => Task.FromResult(progress.Alarm is null), seen: () => progress.Alarm ?? "");
        Assert.Equal(2, Volatile.Read(ref attempts));
        goesOn.SetResult();
        await running;
    }

    [Fact]
    public async Task DiskThatFails_IsTriedAgain_WhileTheServiceRuns_AndIsTold()
    {
        using var failures = new Measured(StorageMetrics.MeterName, "consent.keys.rewrap.failures", "store", "behind");
        using var behind = new Measured(StorageMetrics.MeterName, "consent.keys.behind", "store", "behind");
        var file = Path.Combine(Directory.CreateDirectory(_folder.File("behind")).FullName, "subject.keys");
        var inClear = RandomNumberGenerator.GetBytes(Keys * 32);
        await File.WriteAllBytesAsync(file, inClear, TestContext.Current.CancellationToken);
        using var keys = SubjectKeyFile.Open(file, _folder.Controllers(_folder.File("behind")), rewraps: false);
        var writes = 0;
        keys.Written = () =>
        {
            if (Interlocked.Increment(ref writes) == 1) throw new IOException("The disk is full.");
        };

        keys.StartRewrapping();

        await Eventually.IsSoAsync("none is behind", () => Task.FromResult(behind.Count > 1 && behind.Last == 0));
        Assert.Equal((1L, true), (failures.Count, behind.Saw(Keys)));
        for (var slot = 0; slot < Keys; slot += 100) Assert.Equal(inClear.AsSpan(slot * 32, 32).ToArray(), keys.Find(slot));
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var now = new byte[inClear.Length];
        await stream.ReadExactlyAsync(now, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Enumerable.Range(0, Keys), slot => now.AsSpan(slot * 32, 32).SequenceEqual(inClear.AsSpan(slot * 32, 32)));
    }
}
