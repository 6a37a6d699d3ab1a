using MailKit.Security;
using Microsoft.Extensions.Configuration;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class MailSettingsTests
{
    [Theory]
    [InlineData("mail.example.org:587", null, "mail.example.org", 587, SecureSocketOptions.StartTls)]
    [InlineData("mail.example.org:587", "starttls", "mail.example.org", 587, SecureSocketOptions.StartTls)]
    [InlineData("mail.example.org:465", "tls", "mail.example.org", 465, SecureSocketOptions.SslOnConnect)]
    [InlineData("localhost:25", "none", "localhost", 25, SecureSocketOptions.None)]
    [InlineData("[::1]:25", "none", "::1", 25, SecureSocketOptions.None)]
    public void Of_WhatMailCanBeSentWith(string smtp, string? tls, string host, int port, SecureSocketOptions options)
    {
        var settings = MailSettings.Of(Settings(smtp, "Boomgaard <Post@Orchard.example>", tls))!;
        Assert.Equal((host, port, options), (settings.Host, settings.Port, settings.Tls));
        Assert.Equal(("Boomgaard", "post@orchard.example"), (settings.From.Name, settings.From.Address));
    }

    [Theory]
    [InlineData("mail.example.org", "post@orchard.example", null, null, "Mail:Smtp")]
    [InlineData("mail.example.org:0", "post@orchard.example", null, null, "Mail:Smtp")]
    [InlineData("mail.example.org:smtp", "post@orchard.example", null, null, "Mail:Smtp")]
    [InlineData("no host:25", "post@orchard.example", null, null, "Mail:Smtp")]
    [InlineData(":25", "post@orchard.example", null, null, "Mail:Smtp")]
    [InlineData("mail.example.org:587", null, null, null, "Mail:From")]
    [InlineData("mail.example.org:587", "nobody", null, null, "Mail:From")]
    [InlineData("mail.example.org:587", "post@orchard.example", "none", null, "Mail:Tls")]
    [InlineData("mail.example.org:587", "post@orchard.example", "ssl", null, "Mail:Tls")]
    [InlineData("mail.example.org:587", "post@orchard.example", null, "jan", "Mail:User")]
    public void Of_AnythingElse_SaysWhatToSet(string smtp, string? from, string? tls, string? user, string named)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => MailSettings.Of(Settings(smtp, from, tls, user)));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NoServer_IsNoMail() => Assert.Null(MailSettings.Of(Settings(" ", null, null)));

    [Fact]
    public void ThePassword_IsNotToldByAccident()
    {
        var settings = MailSettings.Of(Settings("mail.example.org:587", "post@orchard.example", null, "jan", "geheim"))!;
        Assert.Equal("geheim", settings.Password);
        Assert.DoesNotContain("geheim", $"{settings}", StringComparison.Ordinal);
    }

    private static IConfigurationRoot Settings(string? smtp, string? from, string? tls, string? user = null, string? password = null) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Mail:Smtp"] = smtp,
            ["Mail:From"] = from,
            ["Mail:Tls"] = tls,
            ["Mail:User"] = user,
            ["Mail:Password"] = password,
        }).Build();
}
