using Consent.Tests.Support;

namespace Consent.VerifiableLog.Tests;

/// <summary>The disk fails at each step of an append in turn, from 200 signed entries across two full tiles to 600; the process dies of it, or the power fails too.</summary>
public sealed class LogFolderCrashTests
{
    private const int Signed = 200;
    private const int All = 600;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Crash_AtAnyStep_LeavesALogThatOpensAndContinuesToTheSameBytes(bool losesPower) => AtEachStepAsync(losesPower, async (folder, disk, _) =>
    {
        var log = LogFolder.Open(folder, Signed, disk);
        await log.AppendAsync(NaiveTree.Entries(Signed, All - Signed));
        // Also what the one that crashed left behind without synchronising it is on the disk by now.
        disk.LosePower();
        var (uneventful, root) = await UneventfulAsync([(0, 100, "entry"), (100, 100, "entry"), (200, 400, "entry")]);
        Assert.Equal(uneventful, LogFiles.In(folder));
        Assert.Equal(root, LogFolder.Open(folder, All).Root);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Crash_AtAnyStep_LeavesALogThatContinuesWithOtherEntries_AsIfItHadNotBeen(bool losesPower) => AtEachStepAsync(losesPower, async (folder, disk, _) =>
    {
        var log = LogFolder.Open(folder, Signed, disk);
        await log.AppendAsync(NaiveTree.Entries(Signed, 20, "other"));
        await log.AppendAsync(NaiveTree.Entries(Signed + 20, 420, "other"));
        disk.LosePower();
        var (uneventful, root) = await UneventfulAsync([(0, 100, "entry"), (100, 100, "entry"), (200, 20, "other"), (220, 420, "other")]);
        Assert.Equal(uneventful, LogFiles.Within(folder, 640));
        Assert.Equal(root, LogFolder.Open(folder, 640).Root);
        Assert.Equal(root, await LogCheck.RunAsync(new FolderReader(folder), 640));
    });

    [Fact]
    public Task FailedAppend_MayBeRepeatedOrReplaced_ByTheSameWriter() => AtEachStepAsync(false, async (folder, disk, log) =>
    {
        await log.AppendAsync(NaiveTree.Entries(Signed, 20, "other"));
        await log.AppendAsync(NaiveTree.Entries(Signed + 20, 420, "other"));
        disk.LosePower();
        var (uneventful, root) = await UneventfulAsync([(0, 100, "entry"), (100, 100, "entry"), (200, 20, "other"), (220, 420, "other")]);
        Assert.Equal(uneventful, LogFiles.Within(folder, 640));
        Assert.Equal(root, log.Root);
    });

    [Fact]
    public async Task AppendsWithoutACheckpoint_AreReplacedWhole()
    {
        using var folder = new TemporaryFolder();
        var log = await BegunAsync(folder.Path, new FaultyDisk());
        foreach (var first in new[] { 200, 350, 500, 800 }) await log.AppendAsync(NaiveTree.Entries(first, first == 500 ? 300 : 150));
        log = LogFolder.Open(folder.Path, Signed, new FaultyDisk());
        await log.AppendAsync(NaiveTree.Entries(Signed, 1000, "other"));
        var (uneventful, root) = await UneventfulAsync([(0, 100, "entry"), (100, 100, "entry"), (200, 1000, "other")]);
        Assert.Equal(uneventful, LogFiles.Within(folder.Path, 1200));
        Assert.Equal(root, log.Root);
    }

    [Fact]
    public async Task ToOpenALog_ChangesNothing_WhateverLiesBehind()
    {
        using var folder = new TemporaryFolder();
        var log = await BegunAsync(folder.Path, new FaultyDisk());
        await log.AppendAsync(NaiveTree.Entries(Signed, 400));
        var before = LogFiles.In(folder.Path);
        LogFolder.Open(folder.Path, 0);
        LogFolder.Open(folder.Path, Signed);
        Assert.Equal(before, LogFiles.In(folder.Path));
    }

    [Fact]
    public async Task Crash_WhilePartialTilesGo_LeavesALogThatOpensAndContinues()
    {
        for (var step = 0; ; step++)
        {
            using var folder = new TemporaryFolder();
            var disk = new FaultyDisk();
            var log = await BegunAsync(folder.Path, disk);
            await log.AppendAsync(NaiveTree.Entries(Signed, 400));
            disk.FailsAt = disk.Steps + step;
            var failed = await FailsAsync(() => log.PruneAsync(All));
            foreach (var size in new[] { Signed, All }) Assert.Equal(NaiveTree.OfSize(size).Root(size), LogFolder.Open(folder.Path, size).Root);
            if (!failed)
            {
                Assert.Equal(2, step);
                break;
            }

            await LogFolder.Open(folder.Path, All, disk).PruneAsync(All);
            Assert.DoesNotContain(LogFiles.In(folder.Path).Keys, path => path.Contains("0/000.p/", StringComparison.Ordinal) || path.Contains("entries/000.p/", StringComparison.Ordinal));
        }
    }

    private static async Task AtEachStepAsync(bool losesPower, Func<string, FaultyDisk, LogFolder, Task> then)
    {
        for (var step = 0; ; step++)
        {
            using var folder = new TemporaryFolder();
            var disk = new FaultyDisk();
            var log = await BegunAsync(folder.Path, disk);
            disk.FailsAt = disk.Steps + step;
            var failed = await FailsAsync(() => log.AppendAsync(NaiveTree.Entries(Signed, All - Signed)));
            if (!failed)
            {
                // Three bundles and four tiles, each written and renamed.
                Assert.True(step > 2 * 7, $"There were only {step} steps.");
                Assert.Equal(0, disk.Unsynced);
                return;
            }

            Assert.Equal(Signed, log.Size);
            Assert.Equal(NaiveTree.OfSize(Signed).Root(Signed), log.Root);
            if (losesPower) disk.LosePower();
            Assert.Equal(log.Root, LogFolder.Open(folder.Path, Signed).Root);
            Assert.Equal(log.Root, await LogCheck.RunAsync(new FolderReader(folder.Path), Signed));
            await then(folder.Path, disk, log);
        }
    }

    private static async Task<LogFolder> BegunAsync(string folder, FaultyDisk disk)
    {
        var log = LogFolder.Open(folder, 0, disk);
        await log.AppendAsync(NaiveTree.Entries(0, 100));
        await log.AppendAsync(NaiveTree.Entries(100, 100));
        return log;
    }

    private static async Task<bool> FailsAsync(Func<Task> act)
    {
        try
        {
            await act();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>What the same appends leave where nothing fails.</summary>
    private static async Task<(SortedDictionary<string, string> Files, NodeHash Root)> UneventfulAsync(IReadOnlyList<(int First, int Count, string Of)> appends)
    {
        using var folder = new TemporaryFolder();
        var log = LogFolder.Open(folder.Path, 0, new FaultyDisk());
        foreach (var (first, count, of) in appends) await log.AppendAsync(NaiveTree.Entries(first, count, of));
        return (LogFiles.In(folder.Path), log.Root);
    }
}
