namespace Consent.Storage.Tests;

public sealed class HighWaterMarkTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly TestFolder _folder = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MarkThatCouldNotBeWritten_IsTriedAgain_AndFollowsTheLogFromThen()
    {
        using var mark = new HighWaterMark(Path.Combine(_folder.File("not-there"), "log.mark"), _time);
        mark.Move(1, 5);
        _time.Advance(Second);
        mark.Move(1, 6);
        _time.Advance(Second);
        Assert.Null(mark.Read());

        Directory.CreateDirectory(_folder.File("not-there"));
        _time.Advance(Second);
        Assert.Equal(new Mark(1, 6), mark.Read());

        mark.Move(1, 7);
        _time.Advance(Second);
        Assert.Equal(new Mark(1, 7), mark.Read());
    }
}
