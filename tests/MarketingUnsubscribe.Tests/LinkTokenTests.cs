using System.Buffers.Text;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class LinkTokenTests
{
    [Fact]
    public void Open_WhatIsNoToken_AsksForTheSecret_LikeWhatIsForged()
    {
        foreach (var token in (string?[])[null, "", "%", "AAAA", new string('A', 2000), Base64Url.EncodeToString(new byte[200])])
        {
            var asked = 0;
            Assert.Null(LinkToken.Open(token, _ =>
            {
                asked++;
                return new byte[32];
            }));
            Assert.Equal(1, asked);
        }
    }
}
