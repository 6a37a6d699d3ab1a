using Consent.Contracts;

namespace Consent.Storage.Tests;

public sealed class LogTailTests
{
    private readonly LogTail _tail = new(4);

    [Fact]
    public void After_GivesWhatIsBehind_InPages_AndNullWhereNotAllIsHeld()
    {
        _tail.Add([Record(7), Record(8), Record(9)]);

        Assert.Equal([8L, 9L], Positions(7, 10));
        Assert.Equal([7L, 8L], Positions(6, 2));
        Assert.Null(_tail.After(5, 10));
        Assert.Null(_tail.After(9, 10));
    }

    [Fact]
    public void Add_BeyondItsRoom_LetsTheOldestGo_AndAGapForgetsAllBefore()
    {
        _tail.Add([.. Enumerable.Range(1, 6).Select(i => Record(i))]);
        Assert.Null(_tail.After(1, 10));
        Assert.Equal([3L, 4L, 5L, 6L], Positions(2, 10));

        _tail.Add([Record(8)]);
        Assert.Null(_tail.After(5, 10));
        Assert.Null(_tail.After(6, 10));
        Assert.Equal([8L], Positions(7, 10));
    }

    [Fact]
    public void Forget_HoldsNothing_UntilWhatComesNext()
    {
        _tail.Add([Record(1), Record(2)]);
        _tail.Forget();
        Assert.Null(_tail.After(0, 10));
        Assert.Null(_tail.After(1, 10));

        // A tombstone took 3, and is in the file only.
        _tail.Add([Record(4)]);
        Assert.Null(_tail.After(2, 10));
        Assert.Equal([4L], Positions(3, 10));
    }

    [Fact]
    public void Add_BeyondItsBytes_LetsTheOldestGo_AndALargeOneLeavesNothing()
    {
        var tail = new LogTail(4, mostBytes: 100);
        tail.Add([Record(1) with { Payload = new byte[40] }, Record(2) with { Payload = new byte[40] }, Record(3) with { Payload = new byte[40] }]);
        Assert.Null(tail.After(0, 10));
        Assert.Equal([2L, 3L], tail.After(1, 10)!.Select(r => r.Position));

        tail.Add([Record(4) with { Payload = new byte[101] }]);
        Assert.Null(tail.After(3, 10));
        tail.Add([Record(5) with { Payload = new byte[100] }]);
        Assert.Equal([5L], tail.After(4, 10)!.Select(r => r.Position));
    }

    private IEnumerable<long>? Positions(long after, int max) => _tail.After(after, max)?.Select(r => r.Position);

    private static LogRecord Record(long position) => new()
    {
        Position = position,
        Stream = "a",
        StreamKey = default,
        Epoch = 1,
        Version = position,
        Kind = "note",
        Id = RandomId.New(),
        RecordedAt = Make.Moment,
        Payload = default,
    };
}
