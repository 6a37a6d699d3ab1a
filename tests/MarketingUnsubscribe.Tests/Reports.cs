using System.Net;
using System.Text;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Mail of the shapes in which servers and mail providers report, written for these tests.</summary>
internal static class Reports
{
    /// <summary>Hands a mail in, as whoever owns the mailbox does.</summary>
    public static async Task<HttpResponseMessage> ReportAsync(this MarketingHost host, string mail, string? token = null, string site = Sample.Site)
    {
        using var content = new StringContent(mail, Encoding.ASCII, "message/rfc822");
        return await host.SendAsync($"/v1/sites/{site}/marketing/reports", content, token ?? host.Token());
    }

    /// <summary>What the answer tells, each as it is written; never an address.</summary>
    public static async Task<IReadOnlyList<string>> ToldAsync(this MarketingHost host, string mail)
    {
        var answer = await host.ReportAsync(mail);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("@", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        return [.. (await answer.JsonAsync()).GetProperty("reports").EnumerateArray().Select(r => r.GetRawText())];
    }

    /// <summary>As a feedback loop sends it (RFC 5965, appendix B).</summary>
    /// <param name="more">Further fields of the report, each with its line feed.</param>
    public static string Complaint(string enclosed, string type = "abuse", string more = "") => Mail("feedback-report", "part1_13d.2e68ed54_boundary",
        """
        Content-Type: text/plain; charset="US-ASCII"
        Content-Transfer-Encoding: 7bit

        One of our customers tells that he does not want this mail.

        """,
        $"""
        Content-Type: message/feedback-report

        Feedback-Type: {type}
        User-Agent: SomeGenerator/1.0
        Version: 1
        {more}Original-Mail-From: <bounces@orchard.example>
        Arrival-Date: Mon, 2 Mar 2026 12:00:00 +0000
        Source-IP: 192.0.2.1

        """,
        enclosed);

    /// <summary>As Postfix sends it.</summary>
    public static string Bounce(string recipients, string enclosed) => Mail("delivery-status", "4A1B2C3D.1772452801/mx.orchard.example",
        """
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mx.orchard.example. Your message could not be delivered.

        """,
        $"""
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.orchard.example
        X-Postfix-Queue-ID: 4A1B2C3D
        X-Postfix-Sender: rfc822; bounces@orchard.example
        Arrival-Date: Mon,  2 Mar 2026 13:00:00 +0100 (CET)

        {recipients}

        """,
        enclosed);

    /// <summary>As Exim sends it: with the headers alone, and a status that tells its class.</summary>
    public static string OfExim(string address, string diagnostic, string headers) => Mail("delivery-status", "1772452801-eximdsn-1636142094",
        """
        Content-type: text/plain; charset=us-ascii

        A message that you sent could not be delivered to one or more of its recipients.

        """,
        $"""
        Content-type: message/delivery-status

        Reporting-MTA: dns; mx.orchard.example

        Action: failed
        Final-Recipient: rfc822;{address}
        Status: 5.0.0
        Remote-MTA: dns; mx.example.com
        Diagnostic-Code: {diagnostic}

        """,
        $"Content-type: text/rfc822-headers\n\n{headers}");

    /// <summary>As Exchange sends it: text twice, and the status groups after the first in Base64.</summary>
    public static string OfExchange(string recipients, string enclosed) => Mail("delivery-status", "=_NextPart_000_0001_",
        """
        Content-Type: multipart/alternative; differences=Content-Type;
            boundary="_alternative_"

        --_alternative_
        Content-Type: text/plain; charset="us-ascii"

        Delivery has failed to these recipients or groups.

        --_alternative_
        Content-Type: text/html; charset="us-ascii"

        <p>Delivery has failed to these recipients or groups.</p>

        --_alternative_--

        """,
        $"""
        Content-Type: message/delivery-status

        Reporting-MTA: dns;AM0PR01MB0001.eurprd01.prod.outlook.example
        Content-Transfer-Encoding: base64

        {Base64($"{recipients}\n")}

        """,
        enclosed);

    /// <summary>Fields of one recipient.</summary>
    public static string Recipient(string address, string action = "failed", string status = "5.1.1", string diagnostic = "smtp; 550 No such user here") => $"""
        Final-Recipient: rfc822; {address}
        Original-Recipient: rfc822;{address}
        Action: {action}
        Status: {status}
        Remote-MTA: dns; mx.example.com
        Diagnostic-Code: {diagnostic}
        """;

    /// <summary>The mail that came back, whole.</summary>
    public static string Enclosed(string headers) => $"Content-Type: message/rfc822\n\n{Headers(headers)}\n\nApples.\n";

    /// <summary>The same, with our link.</summary>
    /// <param name="path">Of the link.</param>
    public static string WithLink(string path) => Enclosed($"List-Unsubscribe:\n <https://opt-out.example{path}>");

    /// <summary>The headers of that mail.</summary>
    public static string Headers(string more) => $"""
        From: De Boomgaard <nieuws@orchard.example>
        To: redacted
        Subject: Nieuws uit de boomgaard
        Message-ID: <20260302.1@orchard.example>
        {more}
        MIME-Version: 1.0
        Content-Type: text/plain
        """;

    public static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text), Base64FormattingOptions.InsertLineBreaks);

    private static string Mail(string type, string boundary, params string[] parts) => $"""
        Return-Path: <>
        From: Mail Delivery System <mailer-daemon@mx.example>
        To: bounces@orchard.example
        Subject: A report
        Date: Mon, 2 Mar 2026 13:00:01 +0100
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type={type};
            boundary="{boundary}"

        This is a MIME-encapsulated message.

        {string.Concat(parts.Select(part => $"--{boundary}\n{part}\n"))}--{boundary}--

        """;
}
