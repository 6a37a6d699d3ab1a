using Microsoft.Data.Sqlite;

namespace Consent.Storage.Tests;

/// <summary>Backups taken under load, restores, and the epochs that they begin; on files as the services have them.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Backup_WhileWritersAppend_IsOneMomentOfTheLog()
    {
        var (before, acknowledged) = (0, 0);
        // One at a time has the keys: it is closed before the copy is opened.
        using (var log = Open())
        {
            using var stop = new CancellationTokenSource();
            var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await log.AppendOnTopAsync($"s{w}");
                    Interlocked.Increment(ref acknowledged);
                }
            })));
            while (Volatile.Read(ref acknowledged) < 200) await Task.Yield();

            before = Volatile.Read(ref acknowledged);
            DataBackup.Take(Data, _folder.File("backup"));
            await stop.CancelAsync();
            await writing;
        }

        using var copy = SqliteRecordLog.Open(new LogFiles(Path.Combine(_folder.File("backup"), "consent", "log.db"), Keys), "copy", TimeProvider.System);
        var there = await copy.WholeFeedAsync(1000);
        Assert.InRange(there.Count, before, acknowledged);
        Assert.All(there.GroupBy(r => r.Stream), s => Assert.Equal(Enumerable.Range(1, s.Count()).Select(v => (long)v), s.Select(r => r.Version)));
    }

    [Fact]
    public async Task Restore_BeginsAnEpoch_WhoseRecordsLieBehindEveryCursorAndOverruleWhatWasLost()
    {
        LogRecord lost;
        using (var log = Open())
        {
            await log.AppendedAsync("a", 1);
            DataBackup.Take(Data, _folder.File("backup"));
            lost = await log.AppendedAsync("a", 2);
        }

        var restored = DataBackup.Restore(_folder.File("backup"), Data, TimeProvider.System);

        using var after = Open();
        Assert.Equal(after.Epoch, Assert.Single(restored).Epoch);
        Assert.True(after.Epoch > lost.Epoch);
        var again = await after.AppendedAsync("a", 2);
        Assert.True(again.Position > lost.Position);
        Assert.NotEqual(lost.Id, again.Id);
        Assert.Null(await after.FindByIdAsync(lost.Id));
        Assert.Equal(again.Id, Assert.Single(await after.FeedAsync(lost.Position, 10)).Id);
    }

    [Fact]
    public async Task Restored_WhoeverFollowsTheLogWaitsForTheFirstRecordOfTheNewEpoch()
    {
        using (var log = Open()) await log.AppendedAsync("a", 1);
        DataBackup.Take(Data, _folder.File("backup"));
        DataBackup.Restore(_folder.File("backup"), Data, TimeProvider.System);

        using var after = Open();
        var waiting = after.WaitForAppendAsync(Assert.Single(await after.FeedAsync(0, 10)).Position, TimeSpan.FromHours(1));
        Assert.False(waiting.IsCompleted);
        await after.AppendedAsync("a", 2);

        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Restore_TwiceOfOneBackup_BeginsTwoEpochs()
    {
        using (var log = Open()) await log.AppendedAsync("a", 1);
        DataBackup.Take(Data, _folder.File("backup"));

        var first = Assert.Single(DataBackup.Restore(_folder.File("backup"), Data, TimeProvider.System)).Epoch;
        var second = Assert.Single(DataBackup.Restore(_folder.File("backup"), Data, TimeProvider.System)).Epoch;

        Assert.True(second > first);
    }

    [Fact]
    public async Task Restore_OfKeysThatAVaultWraps_AsksNoVault_AndWithItAllOpensButWhatWasErased()
    {
        using var vault = new StandInVault();
        using (var log = OpenWith(vault))
        {
            await log.AppendedAsync("a", 1);
            await log.AppendedAsync("b", 1);
            DataBackup.Take(Data, _folder.File("backup"));
            await log.EraseAsync("a", default, Make.Moment);
        }

        vault.IsAway = true;
        var epoch = Assert.Single(DataBackup.Restore(_folder.File("backup"), Data, TimeProvider.System)).Epoch;
        Assert.Throws<LogUnavailableException>(() => OpenWith(vault));
        vault.IsAway = false;
        Assert.Throws<IOException>(Open);

        using var after = OpenWith(vault);
        Assert.Equal(epoch, after.Epoch);
        Assert.Equal([(LogRecord.Erased, ""), ("note", "b")], (await after.WholeFeedAsync()).Select(r => (r.Kind, r.Stream)));
    }

    [Fact]
    public async Task Backup_IntoTheDataFolder_IsRefused()
    {
        using (var log = Open()) await log.AppendedAsync("a", 1);
        foreach (var target in new[] { Data, Path.Combine(Data, "backups", "today") })
            Assert.Contains("lies in the data folder", Assert.Throws<IOException>(() => DataBackup.Take(Data, target)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Data, "backups")));
    }

    [Fact]
    public async Task CopyOfKeys_WhileTheyArePutUnderAnother_IsRefused_AndOpensAfterwards()
    {
        using (var log = Open()) await log.AppendedAsync("a", 1);
        var journal = Path.Combine(Keys, "subject.rewrap");
        var before = await File.ReadAllBytesAsync(journal, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(journal, "under way"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Contains("consent.keys.behind", Assert.Throws<IOException>(() => KeyBackup.Take(Data, _folder.File("refused"))).Message, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(journal, before, TestContext.Current.CancellationToken);
        Assert.Equal("consent", Assert.Single(KeyBackup.Take(Data, _folder.File("copy"))).Service);
        using var log2 = SqliteRecordLog.Open(new LogFiles(Path.Combine(Data, "consent", "log.db"), _folder.File("copy/consent")), "copied", TimeProvider.System);
        Assert.Equal("a", Assert.Single(await log2.WholeFeedAsync()).Stream);
    }

    [Fact]
    public async Task OldFilePutBackByHand_IsFoundOut_AndBeginsAnEpoch()
    {
        var file = Path.Combine(Data, "consent", "log.db");
        using (var log = Open()) await log.AppendedAsync("a", 1);
        File.Copy(file, _folder.File("by-hand"));
        using (var log = Open()) await log.AppendedAsync("a", 2);
        File.Copy(_folder.File("by-hand"), file, overwrite: true);

        using var after = Open();

        Assert.True(after.Epoch > 1);
        Assert.Equal(2, (await after.AppendedAsync("a", 2)).Version);
    }

    [Fact]
    public async Task Reopened_AsItWas_StaysInItsEpoch()
    {
        using (var log = Open()) await log.AppendedAsync("a", 1);
        using var again = Open();
        Assert.Equal(1, again.Epoch);
    }

    [Fact]
    public async Task Restore_OfABackupFromBeforeAnErasure_BringsNothingBack()
    {
        using (var log = Open())
        {
            await log.AppendedAsync("a", 1);
            DataBackup.Take(Data, _folder.File("backup"));
            await log.EraseAsync("a", default, Make.Moment);
        }

        DataBackup.Restore(_folder.File("backup"), Data, TimeProvider.System);

        using var after = Open();
        var left = Assert.Single(await after.WholeFeedAsync());
        Assert.Equal((LogRecord.Erased, "", 0), (left.Kind, left.Stream, left.Payload.Length));
        Assert.Equal(2, (await after.AppendedAsync("a", 2)).Version);
    }

    [Fact]
    public void Restore_UnderARunningService_IsRefused_AndSoAreFoldersThatMakeNoSense()
    {
        using (Open())
        {
            DataBackup.Take(Data, _folder.File("backup"));
            Assert.Contains("stop the services", Assert.Throws<IOException>(() => DataBackup.Restore(_folder.File("backup"), Data, TimeProvider.System)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<IOException>(() => DataBackup.Take(Data, _folder.File("backup")));
        Assert.Throws<IOException>(() => DataBackup.Take(_folder.File("nowhere"), _folder.File("other")));
        Assert.Throws<IOException>(() => DataBackup.Restore(_folder.File("nowhere"), Data, TimeProvider.System));
    }

    [Fact]
    public async Task LostSecret_IsToldInASentence()
    {
        using (var log = Open()) await log.AppendedAsync("a", 1);
        File.Delete(Path.Combine(Keys, "log.secret"));

        Assert.Contains("log.secret", Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OlderCopyOfTheKeys_BesideNewerData_IsRefused_UntilTheNewestIsPutBack()
    {
        using (var log = Open()) await log.AppendedAsync("a", 1);
        CopyFolder(Keys, _folder.File("older"));
        using (var log = Open()) await log.AppendedAsync("b", 1);
        Directory.Move(Keys, _folder.File("newest"));
        CopyFolder(_folder.File("older"), Keys);

        Assert.Contains("older than the log", Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);

        Directory.Delete(Keys, recursive: true);
        Directory.Move(_folder.File("newest"), Keys);
        using var after = Open();
        Assert.Equal(["a", "b"], (await after.WholeFeedAsync()).Select(r => r.Stream));
    }

    [Theory]
    [InlineData(false, "subject.keys is missing")]
    [InlineData(true, "older than the log")]
    public async Task KeysThatAreLost_OrEmpty_AreNotMadeAnew(bool isEmpty, string told)
    {
        using (var log = Open()) await log.AppendedAsync("a", 1);
        var file = Path.Combine(Keys, "subject.keys");
        File.Delete(file);
        if (isEmpty) await File.WriteAllBytesAsync(file, [], TestContext.Current.CancellationToken);

        Assert.Contains(told, Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_AfterAnErasureThatDiedBeforeItsKeyWasDestroyed_BringsNothingBack()
    {
        using (var log = Open()) await log.AppendedAsync("a", 1);
        DataBackup.Take(Data, _folder.File("backup"));
        var files = new LogFiles(Path.Combine(Data, "consent", "log.db"), Keys);
        using (var writer = new LogWriter(SqliteRecordLog.FileAt(files.Data).OpenForWriting()))
        {
            using var secret = files.OpenSecret();
            writer.Begin();
            Assert.NotNull(writer.Erase(secret.KeyOf("a"), default, Make.Moment));
            writer.Commit();
        }

        DataBackup.Restore(_folder.File("backup"), Data, TimeProvider.System);

        using var after = Open();
        var left = Assert.Single(await after.WholeFeedAsync());
        Assert.Equal((LogRecord.Erased, ""), (left.Kind, left.Stream));
    }

    [Fact]
    public async Task FileOfTheSchemaBefore_IsBroughtUpToDate_WithEverythingInIt()
    {
        var folder = _folder.Log("old");
        using (var first = SqliteRecordLog.Open(folder, "test", TimeProvider.System)) await first.AppendedAsync("a", 1, key: "k");
        using (var connection = new SqliteConnection($"Data Source={folder.Data};Pooling=False"))
        {
            connection.Open();
            using var back = connection.CreateCommand();
            back.CommandText = "DROP TABLE lease; DROP TABLE cursor; DROP TABLE doomed; DROP TABLE keys_layout; PRAGMA user_version = 2";
            back.ExecuteNonQuery();
        }

        using var log = SqliteRecordLog.Open(folder, "test", TimeProvider.System);

        Assert.Equal("a", Assert.Single(await log.WholeFeedAsync()).Stream);
        Assert.Equal(1, (await log.AcquireAsync("relay", "one", TimeSpan.FromSeconds(9)))!.Fence);
        Assert.NotNull(await log.FindByKeyAsync("a", "k"));
    }

    private string Keys => Path.Combine(Data, "keys", "consent");

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private SqliteRecordLog Open() => OpenWith(null);

    private SqliteRecordLog OpenWith(IKeyWrapper? wrapper)
    {
        Directory.CreateDirectory(Path.Combine(Data, "consent"));
        return SqliteRecordLog.Open(new LogFiles(Path.Combine(Data, "consent", "log.db"), Keys), "test", TimeProvider.System, wrapper: wrapper);
    }
}
