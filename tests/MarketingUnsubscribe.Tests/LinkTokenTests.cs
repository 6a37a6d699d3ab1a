using System.Buffers.Text;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class LinkTokenTests
{
    private static readonly byte[] _secret = new byte[32];

    [Fact]
    public void Open_WhatIsNoToken_AsksForTheSecret_LikeWhatIsForged()
    {
        foreach (var token in (string?[])[null, "", "%", "AAAA", new string('A', 2000), Base64Url.EncodeToString(new byte[200])])
        {
            var asked = 0;
            Assert.Null(LinkToken.Open(token, _ =>
            {
                asked++;
                return _secret;
            }));
            Assert.Equal(1, asked);
        }
    }

    [Fact]
    public void Open_WhatDecryptsAndIsRefused_EndsAsWhatIsForged()
    {
        var key = LinkKey.Of(_secret, 1, Sample.Controller, Sample.Site);
        var link = new UnsubscribeLink(Sample.Controller, Sample.Site, "newsletter", "jan@example.com");
        var whole = LinkToken.Seal(key, link);
        Assert.Equal((link, 0), Opened(whole));
        foreach (var bad in (string?[])[null, whole[..^5], ForeignToken.Of(key, link), LinkToken.Seal(key, link with { Address = "jan" })])
            Assert.Equal(((UnsubscribeLink?)null, 1), Opened(bad));
    }

    /// <returns>Mismatches: the costly part of a refusal, by which its time could be told.</returns>
    private static (UnsubscribeLink? Link, int Mismatches) Opened(string? token)
    {
        var (thread, mismatches) = (Environment.CurrentManagedThreadId, 0);
        AppDomain.CurrentDomain.FirstChanceException += Count;
        try
        {
            var link = LinkToken.Open(token, _ => _secret);
            return (link, mismatches);
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Count;
        }

        void Count(object? sender, FirstChanceExceptionEventArgs e)
        {
            if (e.Exception is AuthenticationTagMismatchException && Environment.CurrentManagedThreadId == thread) mismatches++;
        }
    }
}
