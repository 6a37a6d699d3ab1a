using System.Text;

namespace Consent.Storage.Tests;

/// <summary>What lies on the disk after an erasure: bytes, not answers.</summary>
public sealed class ErasureLeavesNothing : IDisposable
{
    private const string Person = "0123456789abcdef0123456789abcdef";
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NothingWrittenOfAPerson_IsFoundInAnyFile_BeforeOrAfter_NorInABackup()
    {
        var files = _folder.Log();
        using var log = SqliteRecordLog.Open(files, "test", TimeProvider.System, s => s.StartsWith("open/", StringComparison.Ordinal));
        await log.AppendedAsync("open/site", 1);
        for (var i = 0; i < 500; i++) await log.AppendedAsync($"receipt/shop/{i:x32}", 1);
        for (var v = 1; v <= 20; v++) await log.AppendedAsync($"receipt/shop/{Person}", v, "alias-of-the-person", key: $"key-of-the-person-{v}");
        // The search finds what is there: a stream in clear.
        Assert.NotEmpty(FilesWith("open/site"));
        Assert.Empty(FilesWith(Person));

        await log.EraseAsync($"receipt/shop/{Person}", default, Make.Moment);
        using var elsewhere = new TestFolder();
        DataBackup.Take(_folder.FullName, elsewhere.File("backup"));

        Assert.NotEmpty(FilesWith("open/site", elsewhere.FullName));
        foreach (var text in new[] { Person, "alias-of-the-person", "key-of-the-person" }) Assert.Empty(FilesWith(text).Concat(FilesWith(text, elsewhere.FullName)));
    }

    [Fact]
    public async Task KeyOfAnErasedStream_IsOverwritten_AndWhatStillLiesSomewhereCannotBeOpened()
    {
        var files = _folder.Log();
        byte[] before;
        using (var log = SqliteRecordLog.Open(files, "test", TimeProvider.System))
        {
            await log.AppendedAsync("a", 1);
            await log.AppendedAsync("b", 1);
            before = await ReadAsync(Path.Combine(files.Keys, "subject.keys"));
            await log.EraseAsync("a", default, Make.Moment);
        }

        var after = await ReadAsync(Path.Combine(files.Keys, "subject.keys"));
        var changed = Enumerable.Range(0, before.Length / 32).Where(i => !before.AsSpan(32 * i, 32).SequenceEqual(after.AsSpan(32 * i, 32))).ToList();
        Assert.Equal(new byte[32], after[(32 * Assert.Single(changed))..][..32]);
        Assert.Equal(0, new FileInfo(files.Data + "-wal") is { Exists: true } wal ? wal.Length : 0);
    }

    [Fact]
    public async Task CrashBetweenTheCommitAndTheDestruction_IsMadeGoodAtTheNextStart()
    {
        var files = _folder.Log();
        using (var log = SqliteRecordLog.Open(files, "test", TimeProvider.System)) await log.AppendedAsync("a", 1);
        // As a crash leaves it: noted, and not done.
        using (var writer = new LogWriter(SqliteRecordLog.FileAt(files.Data).OpenForWriting()))
        {
            writer.Begin();
            using var secret = files.OpenSecret();
            Assert.NotNull(writer.Erase(secret.KeyOf("a"), default, Make.Moment));
            writer.Commit();
        }

        Assert.True((await ReadAsync(Path.Combine(files.Keys, "subject.keys"))).AsSpan(0, 32).ContainsAnyExcept((byte)0));
        using (var log = SqliteRecordLog.Open(files, "test", TimeProvider.System)) Assert.Single(await log.WholeFeedAsync());

        Assert.False((await ReadAsync(Path.Combine(files.Keys, "subject.keys"))).AsSpan(0, 32).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task RepeatOfAnErasureWhoseKeyCouldNotBeDestroyed_DestroysIt()
    {
        var files = _folder.Log();
        using var log = SqliteRecordLog.Open(files, "test", TimeProvider.System);
        await log.AppendedAsync("a", 1);
        // As a failing disk leaves it, in a process that lives on: committed, noted, and not done.
        using (var writer = new LogWriter(SqliteRecordLog.FileAt(files.Data).OpenForWriting()))
        {
            writer.Begin();
            using var secret = files.OpenSecret();
            Assert.NotNull(writer.Erase(secret.KeyOf("a"), default, Make.Moment));
            writer.Commit();
        }

        Assert.Equal(LogRecord.Erased, (await log.EraseAsync("a", default, Make.Moment))!.Kind);

        Assert.False((await ReadAsync(Path.Combine(files.Keys, "subject.keys"))).AsSpan(0, 32).ContainsAnyExcept((byte)0));
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    /// <summary>Files that hold the text, as UTF-8, as UTF-16, or, where it is hexadecimal, as the bytes that it stands for.</summary>
    private List<string> FilesWith(string text, string? folder = null)
    {
        var forms = new List<byte[]> { Encoding.UTF8.GetBytes(text), Encoding.Unicode.GetBytes(text) };
        if (text.All(char.IsAsciiHexDigit)) forms.Add(Convert.FromHexString(text));
        // What is empty holds nothing, and a lock is.
        return [.. Directory.EnumerateFiles(folder ?? _folder.FullName, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length > 0).Where(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return forms.Exists(form => bytes.AsSpan().IndexOf(form) >= 0);
        })];
    }
}
