using Consent.Tests.Support;

namespace Consent.Audit.Tests.Pages;

public sealed class NamedIdsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nl", "alles toegestaan <code>accept-all</code>", "cookiebanner <code>banner</code>")]
    [InlineData("en", "accepted all <code>accept-all</code>", "cookie banner <code>banner</code>")]
    public async Task AnId_StandsBesideTheWordThatTheReaderHasForIt(string language, string action, string source)
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var html = await pages.TextAsync($"/audit/receipts/first?lang={language}");
        Assert.Contains(action, html, StringComparison.Ordinal);
        Assert.Contains(source, html, StringComparison.Ordinal);
        Assert.Contains(action, await pages.TextAsync("/audit/receipts"), StringComparison.Ordinal);
    }
}
