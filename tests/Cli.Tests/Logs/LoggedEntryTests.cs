using System.Text;
using Consent.Cli.Logs;

namespace Consent.Cli.Tests.Logs;

public sealed class LoggedEntryTests
{
    private const string Commitment = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void An_entry_and_an_announced_key_are_read()
    {
        var entry = LoggedEntry.Read(Bytes($$"""{"at":"2026-11-26T21:00:00Z","class":"decision","commitment":"{{Commitment}}"}"""));
        Assert.Equal((new DateTimeOffset(2026, 11, 26, 21, 0, 0, TimeSpan.Zero), "decision"), (entry.At, entry.Class));
        Assert.Null(entry.Key);
        Assert.Equal(new byte[32], entry.Commitment);
        var key = LoggedEntry.Read("""{"at":"2026-11-26T21:00:00Z","class":"key","key":"consent.example/log/bakkers+0123+AQ=="}"""u8);
        Assert.Equal(("key", "consent.example/log/bakkers+0123+AQ=="), (key.Class, key.Key));
        Assert.Null(key.Commitment);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"at":"2026-11-26T21:00:00Z","class":"decision","commitment":"AAAA"}""")]
    [InlineData("""{"at":"2026-11-26T21:00:00Z","class":"decision","commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"}""")]
    [InlineData("""{"at":"2026-11-26T21:00:00Z","class":"decision","commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} """)]
    [InlineData("""{ "at":"2026-11-26T21:00:00Z","class":"decision","commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"at":"2026-11-26T21:00:00.1Z","class":"decision","commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"at":"2026-13-26T21:00:00Z","class":"decision","commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"at":"2026-11-26T21:00:00Z","class":"","commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"at":"2026-11-26T21:00:00Z","class":"Decision","commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"at":"2026-11-26T21:00:00Z","class":"key","commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"at":"2026-11-26T21:00:00Z","class":"key","key":"a","key":"b"}""")]
    [InlineData("""{"class":"decision","at":"2026-11-26T21:00:00Z","commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    public void Another_spelling_is_no_entry(string text) => Assert.Throws<FormatException>(() => LoggedEntry.Read(Bytes(text)));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
