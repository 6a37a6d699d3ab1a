namespace Consent.Storage.Tests;

public sealed class CheckpointTests : IDisposable
{
    private const int Enough = 64;
    private const int Commits = 1500;
    private readonly TestFolder _folder = new();
    private readonly SqliteFile _file;

    public CheckpointTests() => _file = SqliteRecordLog.FileAt(_folder.Log().Data);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void UnderOneCommitBehindTheOther_TheLogDoesNotGrow_AndEveryRecordIsThere()
    {
        var (writer, checkpoint) = (new LogWriter(_file.OpenForWriting()), new Checkpoint(_file, Enough));
        using (writer)
        {
            var written = 0;
            for (var i = 0; i < Commits; i++) written += Commit(writer, checkpoint);
            checkpoint.Finish();

            // Of the 24 MB that went through it.
            Assert.True(written > 4 * Commits, $"{written} pages");
            Assert.InRange(LengthOfWal(), 1, written * 4096L / 4);
        }

        using var reader = new LogReader(_file.OpenForReading());
        Assert.Equal(Commits, reader.Feed(0, Commits + 1).Count);
    }

    [Fact]
    public void HeldUpByAReaderOfAnOldState_ItIsDoneWhenHeIsGone()
    {
        using var writer = new LogWriter(_file.OpenForWriting());
        var checkpoint = new Checkpoint(_file, Enough);
        Commit(writer, checkpoint);
        using (var connection = _file.OpenForReading())
        using (connection.BeginTransaction(deferred: true))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT count(*) FROM record";
            command.ExecuteScalar();
            for (var i = 0; i < 100; i++) Commit(writer, checkpoint);
        }

        checkpoint.Finish();
        var heldUp = LengthOfWal();
        for (var i = 0; i < 400; i++) Commit(writer, checkpoint);
        checkpoint.Finish();

        Assert.True(heldUp > 100 * 4 * 4096, $"{heldUp} bytes");
        Assert.InRange(LengthOfWal(), 1, 3 * heldUp);
    }

    [Fact]
    public void AfterOneCrashBehindTheOther_EachSoonerThanACheckpoint_TheLogDoesNotGrow()
    {
        var files = _file;
        for (var life = 1; life <= 5; life++)
        {
            // What a process that is killed leaves: the files as they lie there while it still has them open.
            var next = SqliteRecordLog.FileAt(_folder.Log($"life-{life}").Data);
            using (var writer = new LogWriter(files.OpenForWriting()))
            {
                var checkpoint = new Checkpoint(files);
                for (var i = 0; i < 100; i++) Commit(writer, checkpoint);
                checkpoint.Finish();
                foreach (var end in (string[])["", "-wal"]) File.Copy(files.Path + end, next.Path + end);
            }

            files = next;
        }

        // A life is 400 pages and more; without this there would be five of them.
        Assert.InRange(new FileInfo(files.Path + "-wal").Length, 1, 2 * 100 * 5 * 4096L);
        using (files.OpenForWriting()) Assert.Equal(0, new FileInfo(files.Path + "-wal").Length);
        using var reader = new LogReader(files.OpenForReading());
        Assert.Equal(500, reader.Feed(0, 501).Count);
    }

    private static int Commit(LogWriter writer, Checkpoint checkpoint)
    {
        writer.Begin();
        var position = writer.Append(new StoredRecord(0, new StreamKey((ulong)writer.LastPosition, 0), 1, 1, "note", 0, null, null, null, new byte[16_000]));
        Assert.True(position > 0);
        writer.Commit();
        var pages = writer.TakePagesWritten();
        checkpoint.After(pages, writer);
        return pages;
    }

    private long LengthOfWal() => new FileInfo(_folder.Log().Data + "-wal").Length;
}
