using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.MailGate.Tests;

public sealed class SendingStreamTests
{
    [Fact]
    public void OfMarketing_AsksForItsTopic() =>
        AssertIs(SendingStream.Of("letters", Orchard.Declaration), MailClass.Marketing, Orchard.News, Orchard.News);

    [Fact]
    public void Transactional_AsksForNothing() => AssertIs(SendingStream.Of("invoices", Orchard.Declaration), MailClass.Transactional, "billing");

    [Fact]
    public void OneThatIsNotDeclared_IsMarketing_AndAsksForEveryTopicByEmail()
    {
        AssertIs(SendingStream.Of("forgotten", Orchard.Declaration), MailClass.Marketing, null, Orchard.News, "offers");
        AssertIs(SendingStream.Of("letters", Orchard.Declaration with { MailStreams = null }), MailClass.Marketing, null, Orchard.News, "offers");
    }

    /// <summary>It could not be published; it may come from a program that knew other rules.</summary>
    [Theory]
    [InlineData("newsletter")]
    [InlineData("sales")]
    [InlineData("nothing")]
    public void Transactional_OnAnotherBasis_IsMarketing(string purpose)
    {
        var declaration = Orchard.Declaration with { MailStreams = [new MailStream { Id = "invoices", Class = MailClass.Transactional, Purpose = purpose }] };
        AssertIs(SendingStream.Of("invoices", declaration), MailClass.Marketing, null, Orchard.News, "offers");
    }

    [Theory]
    [InlineData("orchard", "letters", "letters@orchard")]
    [InlineData("Orchard", "letters", null)]
    [InlineData("orchard", "", null)]
    [InlineData("orchard", "a@b", null)]
    [InlineData(null, null, null)]
    public void User_NamesStreamAndSite(string? site, string? stream, string? user) => Assert.Equal(user, SendingStream.UserOf(site, stream));

    [Fact]
    public void OfASite_ThatIsNotKnown_NothingIsSaid()
    {
        var declarations = new HeldDeclaration { Current = Orchard.Declaration.Published(TimeProvider.System.Now()) };
        Assert.NotNull(SendingStream.Of(Orchard.Letters, declarations));
        Assert.Null(SendingStream.Of("letters@elsewhere", declarations));
        Assert.Null(SendingStream.Of("letters", declarations));
        Assert.Null(SendingStream.Of((string?)null, declarations));
    }

    private static void AssertIs(SendingStream stream, MailClass kind, string? about, params string[] topics)
    {
        Assert.Equal((kind, about), (stream.Class, stream.About));
        Assert.Equal(topics, stream.Topics);
    }
}
