using System.Text;
using System.Text.Json;
using Consent.Audit.Logs;

namespace Consent.Audit.Tests.Logs;

public class LogEntryTests
{
    private static readonly DateTimeOffset Nine = new(2026, 11, 26, 21, 0, 0, TimeSpan.Zero);

    /// <summary>Reckoned by another program (Python's hashlib) from what the README says.</summary>
    [Fact]
    public void Entry_HasTheDocumentedForm_AndTheDocumentedCommitment()
    {
        var commitment = LogEntry.CommitmentTo([.. Enumerable.Range(0, 32).Select(i => (byte)i)], "consent-changed", Nine.AddMilliseconds(123), """{"id":"receipt-1"}"""u8);

        Assert.Equal("f7d74812c0daafa5c66f9033a6158886ebf8063d8aefb1c621f161ceae9bea40", Convert.ToHexStringLower(commitment));
        Assert.Equal(
            """{"at":"2026-11-26T21:00:00Z","class":"decision","commitment":"99dIEsDar6XGb5AzphWIhuv4Bj2K77HGIfFhzq6b6kA"}""",
            Encoding.UTF8.GetString(new LogEntry(Nine, LogClass.Decision, commitment).Write()));
        Assert.Equal(
            """{"at":"2026-11-26T21:00:00Z","class":"key","key":"localhost/log/tuinhuis+0badcafe+AQ/+="}""",
            Encoding.UTF8.GetString(new LogEntry(Nine, LogClass.Key, null, "localhost/log/tuinhuis+0badcafe+AQ/+=").Write()));
    }

    [Fact]
    public void Read_GivesBackWhatWasWritten_AndRefusesWhatIsNoEntry()
    {
        var read = LogEntry.Read(new LogEntry(Nine, LogClass.Delivery, new byte[32]).Write());

        Assert.Equal((Nine, LogClass.Delivery, (string?)null), (read.At, read.Class, read.Key));
        Assert.Equal(new byte[32], read.Commitment);
        Assert.ThrowsAny<JsonException>(() => LogEntry.Read("[]"u8));
        Assert.Throws<FormatException>(() => LogEntry.Read("""{"at":"2026-11-26T21:00:00Z","class":"decision","commitment":"*"}"""u8));
    }

    [Theory]
    [InlineData("bakkers", true)]
    [InlineData("0-9", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("bakkers.2", false)]
    [InlineData("Bakkers", false)]
    [InlineData("bakkers\n", false)]
    public void NameOfALog_IsAControllersId_AndNoPath(string? controller, bool isName) => Assert.Equal(isName, LogBatch.IsName(controller));

    [Theory]
    [InlineData(0, "log/bakkers/0", 1)]
    [InlineData(1_048_575, "log/bakkers/0", 1_048_576)]
    [InlineData(1_048_576, "log/bakkers/1", 1)]
    public void PlaceOfABatch_BeginsAnotherStream_BeforeTheVersionsRunOut(long number, string stream, long version) =>
        Assert.Equal((stream, version), LogBatch.PlaceOf("bakkers", number));

    [Fact]
    public void OwnersOfASite_AreToldByPosition_HoweverTheyBecameKnown()
    {
        var owners = SiteOwners.None.With("tuin", "second", 2, 20).With("tuin", "first", 1, 10).WithWaiting("tuin", 5).WithWaiting("tuin", 15);

        (long Position, long ReadThrough)[] asked = [(5, 9), (5, 10), (11, 11), (20, 20), (21, 21)];
        string?[] expected = [null, "first", "first", "first", "second"];
        Assert.Equal(expected, asked.Select(a => owners.Of("tuin", a.Position, a.ReadThrough)));
        Assert.Equal([5L], owners.WaitedFor("tuin", 10));
        Assert.Empty(owners.WaitedFor("tuin", 20));
        Assert.Equal(["first"], owners.Before(20));
        Assert.Equal((false, false, true), (owners.IsNews("tuin", "other", 3, 10), owners.IsNews("tuin", "second", 2, 30), owners.IsNews("tuin", "first", 2, 30)));
        Assert.Null(owners.Of("elsewhere", 100, 100));
        Assert.Equal((false, true), (owners.IsNews("tuin", "first", 1, 30), owners.IsNews("tuin", "second", 3, 30)));
        Assert.Equal("second", owners.With("tuin", "first", 1, 30).Of("tuin", 31, 31));
        Assert.Equal("third", owners.With("tuin", "third", 3, 30).Of("tuin", 31, 31));
    }
}
