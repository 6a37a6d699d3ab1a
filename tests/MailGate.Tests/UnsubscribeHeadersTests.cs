using System.Text;
using MimeKit;

namespace Consent.MailGate.Tests;

public sealed class UnsubscribeHeadersTests
{
    private const string Link = "List-Unsubscribe: <https://opt-out.example/u/abc>";
    private const string Post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click";

    [Theory]
    [InlineData(Link, Post)]
    [InlineData(Post, Link)]
    [InlineData("list-unsubscribe: <mailto:out@orchard.example>, <https://opt-out.example/u/abc>", "LIST-UNSUBSCRIBE-POST: List-Unsubscribe=One-Click")]
    [InlineData("List-Unsubscribe:\r\n <https://opt-out.example/u/\r\n abc>", Post)]
    [InlineData("List-Unsubscribe: <http://localhost:8080/u/abc>", Post)]
    public void Both_AreEnough(params string[] headers) => Assert.Null(UnsubscribeHeaders.WhyNot(Read(headers)));

    [Theory]
    [InlineData(Post)]
    [InlineData(Link, Link, Post)]
    [InlineData("List-Unsubscribe:", Post)]
    [InlineData("List-Unsubscribe: https://opt-out.example/u/abc", Post)]
    [InlineData("List-Unsubscribe: <mailto:out@orchard.example>", Post)]
    [InlineData("List-Unsubscribe: <http://opt-out.example/u/abc>", Post)]
    [InlineData("List-Unsubscribe: <https://opt-out.example/u/abc", Post)]
    [InlineData("X-List-Unsubscribe: <https://opt-out.example/u/abc>", Post)]
    public void ALink_ThatIsNotOne_IsLacking(params string[] headers) => Assert.Contains("List-Unsubscribe with", UnsubscribeHeaders.WhyNot(Read(headers)), StringComparison.Ordinal);

    [Theory]
    [InlineData(Link)]
    [InlineData(Link, Post, Post)]
    [InlineData(Link, "List-Unsubscribe-Post: List-Unsubscribe=Two-Clicks")]
    [InlineData(Link, "List-Unsubscribe-Post: yes")]
    public void APost_ThatIsNotOne_IsLacking(params string[] headers) => Assert.Contains("List-Unsubscribe-Post:", UnsubscribeHeaders.WhyNot(Read(headers)), StringComparison.Ordinal);

    private static HeaderList Read(string[] headers)
    {
        string[] lines = [.. headers, "", ""];
        using var text = new MemoryStream(Encoding.ASCII.GetBytes(string.Join("\r\n", lines)));
        return HeaderList.Load(text);
    }
}
