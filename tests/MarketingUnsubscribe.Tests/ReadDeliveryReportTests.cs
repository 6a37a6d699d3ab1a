using System.Buffers.Text;
using System.Text;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class ReadDeliveryReportTests
{
    private const string Jan = "jan@example.com";
    private const string NoLink = "X-Mailer: another";

    /// <summary>Looks like one, which is all that is asked here.</summary>
    private static readonly string Token = Base64Url.EncodeToString([.. Enumerable.Range(0, 150).Select(i => (byte)(i * 37))]);
    private static readonly string Link = $"https://opt-out.example/u/{Token}";
    private static readonly string Listed = $"List-Unsubscribe: <{Link}>";

    [Theory]
    [InlineData("abuse", "Complaint")]
    [InlineData("Fraud", "Complaint")]
    [InlineData("virus (by our scanner)", "Complaint")]
    [InlineData("other", "Complaint")]
    [InlineData("opt-out", "OptOut")]
    [InlineData("not-spam", null)]
    [InlineData("auth-failure", null)]
    [InlineData("", null)]
    public void AComplaint_IsOfTheTypesThatComplain(string type, string? kind) =>
        AssertReads(Reports.Complaint(Reports.Enclosed(Listed), type), kind is null ? [] : [new DeliveryReport(Enum.Parse<ReportKind>(kind), false, null, null, Token)]);

    [Fact]
    public void AComplaint_WithoutALink_NamesItsRecipients()
    {
        const string Named = "Original-Rcpt-To: <Jan@Example.com>\noriginal-rcpt-to: piet@example.com\nOriginal-Rcpt-To: [redacted]\nOriginal-Rcpt-To: jan@example.com\n";
        var complaint = new DeliveryReport(ReportKind.Complaint, false, null, Jan, null);
        AssertReads(Reports.Complaint(Reports.Enclosed(NoLink), more: Named), complaint, complaint with { Address = "piet@example.com" });
        AssertReads(Reports.Complaint(Reports.Enclosed(NoLink)), complaint with { Address = null });
        AssertReads(Reports.Complaint(Reports.Enclosed(Listed), more: Named), complaint with { Token = Token });
    }

    [Fact]
    public void AComplaint_ThatNamesManyRecipients_IsReadForTheFirstTen()
    {
        var named = string.Concat(Enumerable.Range(0, 100).Select(i => $"Original-Rcpt-To: <reader-{i}@example.com>\n"));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"reader-{i}@example.com"), Read(Reports.Complaint(Reports.Enclosed(NoLink), more: named))!.Select(r => r.Address));
    }

    public static TheoryData<string> Enclosures => new()
    {
        Reports.Enclosed(Listed),
        $"Content-Type: text/rfc822-headers\n\n{Reports.Headers(Listed)}\n",
        $"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{Reports.Base64($"{Reports.Headers(Listed)}\n\nApples.\n")}\n",
        $"Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\n{Reports.Base64($"{Reports.Headers(Listed)}\n")}\n",
        Reports.Enclosed($"List-Unsubscribe:\n <{Link}>"),
        Reports.Enclosed($"List-Unsubscribe: <mailto:stop@orchard.example?subject=stop>,\n\t<{Link}>"),
        Reports.Enclosed($"list-unsubscribe: <{Link[..60]}\n  {Link[60..130]}\n\t{Link[130..]}>"),
        Reports.Enclosed($"List-Unsubscribe: <{Link}?language=nl>, <https://another.example/stop>"),
        Reports.Enclosed($"List-Unsubscribe: <https://another.example/u/short>\n{Listed}"),
        Reports.Enclosed($"List-Unsubscribe: <http://localhost:8080/u/{Token}>"),
        Reports.Enclosed($"List-Unsubscribe:{string.Concat($"<{Link}>".Chunk(24).Select(chunk => $"\n =?us-ascii?Q?{Quoted(chunk)}?="))}"),
    };

    [Theory]
    [MemberData(nameof(Enclosures))]
    public void TheLink_IsFoundHoweverTheMailIsEnclosedOrTheHeaderFolded(string enclosed)
    {
        Assert.Equal(Token, Assert.Single(Read(Reports.Complaint(enclosed))!).Token);
        Assert.Equal(Token, Assert.Single(Read(Reports.Bounce(Reports.Recipient(Jan), enclosed))!).Token);
    }

    public static TheoryData<string> LinksThatAreNotOurs => new()
    {
        NoLink, $"List-Unsubscribe: {Link}", $"List-Unsubscribe: <{Link}", $"List-Unsubscribe: <https://opt-out.example/x/{Token}>",
        $"List-Unsubscribe: <https://opt-out.example/u/{Token}/confirm>", $"List-Unsubscribe: <ftp://opt-out.example/u/{Token}>",
        "List-Unsubscribe: <https://opt-out.example/u/AAAA>", $"List-Unsubscribe: <https://opt-out.example/u/{new string('A', 5000)}>",
        $"X-List-Unsubscribe: <{Link}>", $"{NoLink}\n\nList-Unsubscribe: <{Link}>", $"List-Unsubscribe: {new string('<', 50_000)}",
    };

    [Theory]
    [MemberData(nameof(LinksThatAreNotOurs))]
    public void WhatIsNotOurLinkInTheHeader_IsNone(string headers) => Assert.Null(Assert.Single(Read(Reports.Complaint(Reports.Enclosed(headers)))!).Token);

    [Fact]
    public void TheLinkOfTheReportItself_OrOfAMailWithinTheMail_IsNone()
    {
        var within = $"Content-Type: message/rfc822\n\nSubject: Fwd\nContent-Type: multipart/mixed; boundary=inner\n\n--inner\n{Reports.Enclosed(Listed)}\n--inner--\n";
        Assert.Null(Assert.Single(Read($"{Listed}\n{Reports.Complaint(within)}")!).Token);
    }

    [Theory]
    [InlineData("failed", "5.1.1", "smtp; 550 No such user", "hard", "5.1.1")]
    [InlineData("Failed", "5.1.10 (no such mailbox)", "smtp; 550", "hard", "5.1.10")]
    [InlineData("failed", "5.4.4", "X-Postfix; Host or domain name not found", "unclear", "5.4.4")]
    [InlineData("failed", "5.4.1", "smtp; 550 5.4.1 No answer", "soft", "5.4.1")]
    [InlineData("failed", "5.4.7", "smtp; 550 5.4.300 Message expired", "soft", "5.4.7")]
    [InlineData("failed", "5.1.8", "smtp; 553 5.1.8 Domain of sender address does not exist", "soft", "5.1.8")]
    [InlineData("failed", "5.2.2", "smtp; 552 5.2.2 Over quota", "soft", "5.2.2")]
    [InlineData("failed", "5.7.26", "smtp; 550-5.7.26 Unauthenticated", "soft", "5.7.26")]
    [InlineData("failed", "5.3.4", "smtp; 552 5.3.4 Too big", "soft", "5.3.4")]
    [InlineData("failed", "5.6.1", "smtp; 554 5.6.1 Media not supported", "soft", "5.6.1")]
    [InlineData("failed", "4.4.1", "X-Postfix; connect to mx.example.com: Connection timed out", "soft", "4.4.1")]
    [InlineData("failed", "5.0.0", "smtp; 550 No such user", "unclear", "5.0.0")]
    [InlineData("failed", "5.0.0", "X-Exim; Unrouteable address", "unclear", "5.0.0")]
    [InlineData("failed", "5.0.0", "smtp; 552 Mailbox is full", "soft", "5.0.0")]
    [InlineData("failed", "5.0.0", "smtp; 552-5.2.2 The mailbox is full", "soft", "5.2.2")]
    [InlineData("failed", "5.0.0", "smtp; 550 5.1.1 No such user", "hard", "5.1.1")]
    [InlineData("failed", "5.5.0", "smtp;550 5.5.0 Requested action not taken: mailbox unavailable", "unclear", "5.5.0")]
    [InlineData("failed", "5.5.0", "smtp;550 5.1.1 No such user", "hard", "5.1.1")]
    [InlineData("failed", "5.0.0", "SMTP; 550 #5.1.0 Address rejected", "unclear", "5.1.0")]
    [InlineData("failed", "5.0.0", "smtp; 554 5.7.1.9 is blocked", "soft", "5.0.0")]
    [InlineData("failed", "permanent", "smtp; 550", "unclear", null)]
    [InlineData("failed", "permanent", "smtp; 5501", "soft", null)]
    [InlineData("failed", "5.1.1.1", "smtp; 554", "soft", null)]
    [InlineData("failed", "9.1.1", "smtp; 552", "soft", null)]
    [InlineData("delayed", "4.4.7", "smtp; 451 Later", "soft", "4.4.7")]
    [InlineData("delayed", "5.1.1", "smtp; 550", "soft", "5.1.1")]
    [InlineData("delivered", "2.0.0", "smtp; 250 OK", null, null)]
    [InlineData("relayed", "2.0.0", "smtp; 250 OK", null, null)]
    [InlineData("expanded", "2.0.0", "smtp; 250 OK", null, null)]
    [InlineData("unheard-of", "5.1.1", "smtp; 550", null, null)]
    public void ABounce_IsHardWhenItSaysThatTheAddressIsGone(string action, string status, string diagnostic, string? kind, string? told) =>
        AssertReads(Reports.Bounce(Reports.Recipient(Jan, action, status, diagnostic), Reports.Enclosed(Listed)),
            kind is null ? [] : [new DeliveryReport(ReportKind.Bounce, kind == "hard", told, Jan, Token, Unclear: kind == "unclear")]);

    [Fact]
    public void ABounceOfEximOrExchange_IsReadToo()
    {
        AssertReads(Reports.OfExim(Jan, "smtp; 550 5.1.1 <jan@example.com>: Recipient address rejected:\n    User unknown", Reports.Headers(Listed)),
            new DeliveryReport(ReportKind.Bounce, true, "5.1.1", Jan, Token));
        AssertReads(Reports.OfExchange(Reports.Recipient(Jan, status: "5.1.10", diagnostic: "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound"), Reports.Enclosed(Listed)),
            new DeliveryReport(ReportKind.Bounce, true, "5.1.10", Jan, Token));
    }

    [Fact]
    public void OfSeveralRecipients_EachIsToldOf_AndTheLinkIsNobodysAlone()
    {
        var recipients = string.Join("\n\n", Reports.Recipient(Jan), Reports.Recipient("piet@example.com", status: "5.2.2"), Reports.Recipient("joop@example.com", "relayed", "2.0.0"));
        AssertReads(Reports.Bounce(recipients, Reports.Enclosed(Listed)),
            new DeliveryReport(ReportKind.Bounce, true, "5.1.1", Jan, Token, Alone: false), new DeliveryReport(ReportKind.Bounce, false, "5.2.2", "piet@example.com", Token, Alone: false));
    }

    [Theory]
    [InlineData("failed", "5.1.1", true)]
    [InlineData("failed", "5.2.2", false)]
    [InlineData("failed", "5.0.0", false)]
    [InlineData("delivered", "2.0.0", null)]
    public void AnAddressThatLeadsToTwoMailboxes_IsAsWellAsTheBetterOfThem(string action, string status, bool? hard)
    {
        var both = $"{Reports.Recipient("one@elsewhere.example")}\n\n{Reports.Recipient("two@elsewhere.example", action, status)}";
        both = both.Replace("Original-Recipient: rfc822;one@elsewhere", "Original-Recipient: rfc822;list@elsewhere", StringComparison.Ordinal)
            .Replace("Original-Recipient: rfc822;two@elsewhere", "Original-Recipient: rfc822;list@elsewhere", StringComparison.Ordinal);
        var read = Read(Reports.Bounce(both, Reports.Enclosed(NoLink)))!;
        Assert.Equal(hard, read.SingleOrDefault()?.Hard);
        Assert.All(read, r => Assert.Equal(("list@elsewhere.example", true), (r.Address, r.Alone)));
    }

    [Theory]
    [InlineData("rfc822; Jan@EXAMPLE.com", Jan)]
    [InlineData("RFC822;<jan@example.com>", Jan)]
    [InlineData("jan@example.com", Jan)]
    [InlineData("utf-8; jan@bücher.example", "jan@xn--bcher-kva.example")]
    [InlineData("x400; jan@example.com", null)]
    [InlineData("rfc822; redacted", null)]
    [InlineData("rfc822; jan@example.com\n Bcc: piet@example.com", null)]
    [InlineData("rfc822; jan@example.com, piet@example.com", null)]
    [InlineData("rfc822; \"jan\"@example.com", null)]
    public void TheAddress_IsOneAddressOrNone(string recipient, string? address) =>
        Assert.Equal(address, Assert.Single(Read(Reports.Bounce($"Final-Recipient: {recipient}\nAction: failed\nStatus: 5.1.1", Reports.Enclosed(NoLink)))!).Address);

    [Fact]
    public void OfThousandsOfRecipients_TheFirstHundredAreRead()
    {
        var read = Read(Reports.Bounce(string.Join("\n\n", Enumerable.Range(0, 3000).Select(i => Reports.Recipient($"reader-{i}@example.com"))), Reports.Enclosed(Listed)))!;
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"reader-{i}@example.com"), read.Select(r => r.Address));
    }

    [Fact]
    public void AReport_IsFoundInWhatAGatewayWrapsAroundIt_AndNotInAMailThatIsEnclosed()
    {
        var report = Reports.Bounce(Reports.Recipient(Jan), Reports.Enclosed(Listed));
        var part = report[report.IndexOf("MIME-Version", StringComparison.Ordinal)..];
        Assert.Equal(Token, Assert.Single(Read($"Subject: x\nContent-Type: multipart/mixed; boundary=outer\n\n--outer\n{part}\n--outer\n\nScanned.\n--outer--\n")!).Token);
        Assert.Null(Read($"Subject: Fwd\nContent-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: message/rfc822\n\n{report}\n--outer--\n"));
    }

    [Theory]
    [InlineData("Subject: Re: News\nFrom: jan@example.com\n\nThank you, and my address is failed 5.1.1.\n")]
    [InlineData("Subject: Read\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; jan@example.com\nDisposition: manual-action; displayed\n\n--b--\n")]
    [InlineData("Subject: x\nContent-Type: multipart/report; report-type=delivery-status\n\nAction: failed\n")]
    [InlineData("Subject: x\n\n")]
    [InlineData("Hello, this is a letter\n")]
    [InlineData("<html>\n")]
    [InlineData("")]
    public void AnyOtherMail_IsNoReport(string mail) => Assert.Null(Read(mail));

    [Fact]
    public void AReportThatIsCutAnywhere_TellsNothingThatTheWholeDoesNot()
    {
        var whole = Reports.Bounce(Reports.Recipient(Jan), Reports.Enclosed(Listed));
        for (var length = 0; length < whole.Length; length++)
            Assert.All(Read(whole[..length]) ?? [], r => Assert.True(r.Address is Jan or null && (r.Token is null || r.Token == Token) && r.Status is "5.1.1" or null));
    }

    [Fact]
    public void PartsThatAreNestedWithoutEnd_AreNoReport()
    {
        var mail = new StringBuilder("Subject: x\n");
        for (var depth = 0; depth < 20_000; depth++) mail.Append($"Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n");
        Assert.Null(Read(mail.ToString()));
    }

    private static void AssertReads(string mail, params DeliveryReport[] expected) => Assert.Equal(expected, Read(mail));

    private static string Quoted(char[] text) => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) ? $"{c}" : $"={(int)c:X2}"));

    private static IReadOnlyList<DeliveryReport>? Read(string mail)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(mail));
        using var parsed = ReadDeliveryReport.Parse(stream, CancellationToken.None);
        return parsed is null ? null : ReadDeliveryReport.Of(parsed);
    }
}
