namespace Consent.MarketingUnsubscribe.Tests;

public sealed class MailStatusTests
{
    [Theory]
    [InlineData("5.1.1", AddressVerdict.Gone)]
    [InlineData("5.1.2", AddressVerdict.Gone)]
    [InlineData("5.1.3", AddressVerdict.Gone)]
    [InlineData("5.1.6", AddressVerdict.Gone)]
    [InlineData("5.1.10", AddressVerdict.Gone)]
    [InlineData("5.1.0", AddressVerdict.Unclear)]
    [InlineData("5.2.0", AddressVerdict.Unclear)]
    [InlineData("5.2.1", AddressVerdict.Unclear)]
    [InlineData("5.4.4", AddressVerdict.Unclear)]
    public void ACodeOfTheAddress_CountsWhateverTheReplyIs(string status, AddressVerdict verdict) =>
        Assert.All((string?[])[null, "550", "554"], reply => Assert.Equal(verdict, MailStatus.Verdict(status, reply)));

    [Fact]
    public void AnyOtherOfClassFive_SaysNothingOfTheAddress()
    {
        string[] others =
        [
            "5.1.4", "5.1.5", "5.1.7", "5.1.8", "5.1.9", "5.2.2", "5.2.3", "5.2.4", "5.3.0", "5.3.1", "5.3.2", "5.3.3", "5.3.4", "5.3.5",
            "5.4.0", "5.4.1", "5.4.2", "5.4.3", "5.4.5", "5.4.6", "5.4.7", "5.4.300", "5.5.1", "5.5.2", "5.5.3", "5.5.4", "5.5.5", "5.5.6",
            "5.6.0", "5.6.1", "5.6.7", "5.7.0", "5.7.1", "5.7.17", "5.7.26",
        ];
        Assert.All(others, status => Assert.Equal(AddressVerdict.Nothing, MailStatus.Verdict(status, "550")));
    }

    [Theory]
    [InlineData("4.1.1")]
    [InlineData("4.0.0")]
    [InlineData("4.2.1")]
    public void WhatMayBeTriedAgain_SaysNothingOfTheAddress(string status) => Assert.Equal(AddressVerdict.Nothing, MailStatus.Verdict(status, "550"));

    [Theory]
    [InlineData("550", AddressVerdict.Unclear)]
    [InlineData("551", AddressVerdict.Unclear)]
    [InlineData("553", AddressVerdict.Unclear)]
    [InlineData("552", AddressVerdict.Nothing)]
    [InlineData("554", AddressVerdict.Nothing)]
    [InlineData("451", AddressVerdict.Nothing)]
    public void WhereTheStatusTellsItsClassOnly_TheReplyCounts(string reply, AddressVerdict verdict) =>
        Assert.All((string?[])[null, "5.0.0", "5.5.0"], status => Assert.Equal(verdict, MailStatus.Verdict(status, reply)));

    [Theory]
    [InlineData("5.0.0", AddressVerdict.Unclear)]
    [InlineData("5.5.0", AddressVerdict.Unclear)]
    [InlineData(null, AddressVerdict.Nothing)]
    public void WithoutAReply_APlainStatusMayBeTheAddress_AndNoneIsNothing(string? status, AddressVerdict verdict) =>
        Assert.Equal(verdict, MailStatus.Verdict(status, null));
}
