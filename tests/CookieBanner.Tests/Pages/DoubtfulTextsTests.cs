using Consent.CookieBanner.Pages;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>Sentence by sentence: a "not" counts for the words right after it, and not for the rest of its sentence.</summary>
public class DoubtfulTextsTests
{
    public static TheoryData<string> Anonymous => Lines("""
        Your IP address is stored anonymously and is never shared.
        Uw IP-adres wordt anoniem opgeslagen en nooit gedeeld.
        Uw IP-adres, dat wij niet met anderen delen, wordt geanonimiseerd.
        Wij delen niets en anonimiseren uw IP-adres.
        Without asking you anything we store an anonymised IP address.
        Your IP address is never shared, and is anonymised.
        Niet alleen geanonimiseerde IP-adressen bewaren wij.
        Wij anonimiseren uw IP-adres en delen het niet.
        Google anonimiseert het IP-adres voordat het wordt opgeslagen.
        We do not share your data but anonymise your IP address.
        """);

    public static TheoryData<string> Whole => Lines("""
        IP-adressen worden niet geanonimiseerd.
        IP addresses are not anonymised.
        Google anonimiseert uw IP-adres niet.
        Wij anonimiseren IP-adressen nooit.
        Your IP address is stored without being anonymised.
        Het IP-adres blijft bewaard zonder anonimisering.
        We don't anonymise IP addresses, and keep them for a year.
        IP addresses cannot be anonymised.
        """);

    public static TheoryData<string> Neither => Lines("""
        Wij bewaren uw IP-adres en delen het niet.
        Wij tellen anoniem en niet per persoon.
        """);

    public static TheoryData<string> Demands => Lines("""
        Zonder kopie van uw identiteitsbewijs nemen wij uw verzoek niet in behandeling.
        Without a copy of your passport we cannot handle your request.
        Als u geen kopie van uw paspoort meestuurt, nemen wij uw verzoek niet in behandeling.
        If you do not send a copy of your ID card, we cannot answer.
        Wij kunnen uw verzoek niet behandelen zonder kopie van uw rijbewijs.
        We do not handle your request until we have a copy of your passport.
        Wij behandelen uw verzoek niet tenzij u een kopie van uw ID-bewijs meestuurt.
        Stuur een kopie van uw ID mee.
        Stuur een scan van je id mee.
        Please enclose a copy of your ID.
        Please send a photo of your ID card.
        Stuur een kopie van uw ID-bewijs mee, dat wij niet bewaren.
        Stuur een foto van uw paspoort, anders kunnen wij niet nagaan wie iets vraagt.
        Send a scan of your passport, which we never share.
        U hoeft alleen een kopie van uw identiteitsbewijs te sturen.
        Stuur een kopie van uw identiteitsbewijs mee.
        Please enclose a copy of your passport.
        """);

    public static TheoryData<string> NoDemands => Lines("""
        Wij vragen nooit om een kopie van uw identiteitsbewijs.
        Stuur een kopie van uw paspoort mee waarop uw foto zwart is gemaakt.
        Een kopie van uw identiteitsbewijs vragen wij niet.
        Een kopie van uw paspoort hoeft u niet mee te sturen.
        U kunt dit zonder kopie van uw identiteitsbewijs vragen.
        Without a copy of your passport we answer you as well.
        A copy of your ID card is not needed.
        You need not send a copy of your passport.
        We will never ask for a copy of your ID.
        We don't ask for a copy of your passport.
        Stuur ons geen kopie van uw ID-kaart.
        Toon uw paspoort aan de balie.
        Show a photo ID at the desk.
        A copy of your user ID is kept.
        Wij bewaren een kopie van het klant-ID.
        Wij maken geen kopie van uw paspoort.
        Stuur een kopie van de factuur en uw id van de bestelling.
        U kunt iets vragen zonder een kopie van uw paspoort.
        """);

    [Theory]
    [MemberData(nameof(Anonymous))]
    public void An_ip_address_is_called_anonymous(string sentence) =>
        Assert.Equal((true, false), (DoubtfulTexts.CallsIpAnonymous(sentence), DoubtfulTexts.SaysIpIsWhole(sentence)));

    [Theory]
    [MemberData(nameof(Whole))]
    public void An_ip_address_is_said_not_to_be_anonymised(string sentence) =>
        Assert.Equal((false, true), (DoubtfulTexts.CallsIpAnonymous(sentence), DoubtfulTexts.SaysIpIsWhole(sentence)));

    [Theory]
    [MemberData(nameof(Neither))]
    public void Neither_is_said_of_an_ip_address(string sentence) =>
        Assert.Equal((false, false), (DoubtfulTexts.CallsIpAnonymous(sentence), DoubtfulTexts.SaysIpIsWhole(sentence)));

    [Theory]
    [MemberData(nameof(Demands))]
    public void G12a_a_copy_of_an_identity_document_is_demanded(string sentence) => Assert.True(DoubtfulTexts.DemandsIdentityDocument(sentence));

    [Theory]
    [MemberData(nameof(NoDemands))]
    public void G12a_no_copy_of_an_identity_document_is_demanded(string sentence) => Assert.False(DoubtfulTexts.DemandsIdentityDocument(sentence));

    private static TheoryData<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
