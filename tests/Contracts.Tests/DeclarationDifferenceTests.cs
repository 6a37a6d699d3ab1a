namespace Consent.Contracts.Tests;

public class DeclarationDifferenceTests
{
    private static CookieEntry Seen(CookieKind kind, string description = "Gezien") =>
        new() { Name = "seen", Kind = kind, Purpose = "statistics", Description = new Texts { ["nl"] = description } };

    private static IEnumerable<(string Id, string What)> Between(IReadOnlyList<CookieEntry> before, IReadOnlyList<CookieEntry> after)
    {
        var first = PublishedDeclaration.After(null, CornerShop.Declaration with { Cookies = before }, DateTimeOffset.UnixEpoch);
        var second = PublishedDeclaration.After(first, CornerShop.Declaration with { Cookies = after }, DateTimeOffset.UnixEpoch);
        return DeclarationDifference.Between(first, second).Changes.Select(c => (c.Id, c.What));
    }

    [Fact]
    public void A_cookie_and_a_key_in_storage_of_one_name_are_told_apart_by_their_kind() => Assert.Equal(
        [("local-storage seen", "changed")],
        Between([Seen(CookieKind.Cookie), Seen(CookieKind.LocalStorage)], [Seen(CookieKind.Cookie), Seen(CookieKind.LocalStorage, "Nog gezien")]));

    [Fact]
    public void A_mail_stream_that_becomes_transactional_is_told_by_its_id()
    {
        var first = PublishedDeclaration.After(null, With(new MailStream { Id = "letters", Class = MailClass.Marketing, Topic = "offers" }), DateTimeOffset.UnixEpoch);
        var second = PublishedDeclaration.After(first, With(new MailStream { Id = "letters", Class = MailClass.Transactional, Purpose = "delivery" }), DateTimeOffset.UnixEpoch);
        var change = Assert.Single(DeclarationDifference.Between(first, second).Changes);
        Assert.Equal(("mailStreams", "letters", "changed"), (change.List, change.Id, change.What));
        Assert.Equal(["class", "purpose", "topic"], change.Members.Order(StringComparer.Ordinal));

        static Declaration With(MailStream stream) => CornerShop.Declaration with { MailStreams = [stream] };
    }

    [Fact]
    public void A_cookie_that_alone_has_its_name_is_told_by_it() =>
        Assert.Equal([("seen", "changed")], Between([Seen(CookieKind.Cookie)], [Seen(CookieKind.Cookie, "Nog gezien")]));
}
