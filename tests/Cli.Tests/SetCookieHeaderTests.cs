using Consent.Cli.Scan;

namespace Consent.Cli.Tests;

public sealed class SetCookieHeaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("a=1", "a", null, null)]
    [InlineData("a=1; Path=/; Max-Age=86400", "a", null, 1.0)]
    [InlineData("a=b=c; MAX-AGE = 172800; Domain=.Site.example", "a", "site.example", 2.0)]
    [InlineData("a=1; Expires=Wed, 11 Mar 2026 00:00:00 GMT", "a", null, 10.0)]
    [InlineData("a=1; Expires=Wed, 11-Mar-2026 00:00:00 GMT", "a", null, 10.0)]
    [InlineData("a=1; Expires=Wed, 11 Mar 2026 00:00:00 GMT; Max-Age=86400", "a", null, 1.0)]
    [InlineData("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a", null, -20513.0)]
    [InlineData("a=; Max-Age=soon; Domain=", "a", null, null)]
    public void A_line_is_read_as_browsers_read_it(string line, string name, string? domain, double? days)
    {
        var cookie = SetCookieHeader.Read(line, Now)!;
        Assert.Equal((name, domain), (cookie.Name, cookie.Domain));
        Assert.Equal(days, cookie.LifetimeDays);
    }

    [Theory]
    [InlineData("")]
    [InlineData("=1")]
    [InlineData("Secure; a=1")]
    public void A_line_without_a_name_is_no_cookie(string line) => Assert.Null(SetCookieHeader.Read(line, Now));
}
