using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.MailGate.Tests;

/// <summary>A site with two topics by e-mail, one by post, a stream for one of them, and one for its invoices.</summary>
internal static class Orchard
{
    public const string Site = "orchard";
    public const string Controller = "orchard-ltd";
    public const string News = "news";
    public const string Letters = "letters@orchard";
    public const string Invoices = "invoices@orchard";
    public const string Forgotten = "forgotten@orchard";

    public static Declaration Declaration { get; } = SampleDeclaration.Of(
        Site, Controller,
        [SampleDeclaration.Purpose("newsletter"), SampleDeclaration.Purpose("billing", LegalBasis.LegalObligation), SampleDeclaration.Purpose("sales", LegalBasis.LegitimateInterest)],
        [
            SampleDeclaration.Topic(News, "newsletter"), SampleDeclaration.Topic("offers", "newsletter"),
            SampleDeclaration.Topic("catalogue", "newsletter") with { Channels = [Channel.Post] },
        ]) with
    {
        MailStreams =
        [
            new MailStream { Id = "letters", Class = MailClass.Marketing, Topic = News },
            new MailStream { Id = "invoices", Class = MailClass.Transactional, Purpose = "billing" },
        ],
    };

    /// <summary>A mail by its one word, which is found again where it arrives.</summary>
    public static string Mail(string word, params string[] headers)
    {
        string[] lines =
        [
            "From: Orchard <letters@orchard.example>", "To: reader@example.org", "Date: Thu, 26 Nov 2026 12:00:00 +0000", $"Message-ID: <{word}@orchard.example>", $"Subject: {word}",
            .. headers, "", "Dear reader,", ".the apples are ripe.", "",
        ];
        return string.Join("\r\n", lines);
    }

    /// <summary>The same with both headers.</summary>
    public static string Letter(string word) => Mail(word, "List-Unsubscribe: <https://opt-out.example/u/abc>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click");
}
