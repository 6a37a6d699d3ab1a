namespace Consent.ConsentService.Tests;

/// <summary>
/// GDPR art. 4(11) and recital 32, sentence by sentence: those that take consent from another act, and those that only look like it. A
/// "not" elsewhere in the sentence excuses nothing, nor does a way to object.
/// </summary>
public sealed class ImpliedConsentSentencesTests
{
    public static TheoryData<string> DutchClaims => Lines("""
        Door het formulier te versturen gaat u akkoord met het gebruik van uw gegevens, die wij niet aan derden verstrekken.
        Door het invullen van dit formulier, dat wij nooit delen, geeft u toestemming voor het gebruik van uw gegevens.
        Met het versturen van dit formulier geeft u toestemming voor de verwerking van uw gegevens.
        Met het indienen van uw aanvraag stemt u ermee in dat wij uw gegevens bewaren.
        Bij het gebruik van deze website gaat u akkoord met het plaatsen van cookies.
        Bij het plaatsen van een bestelling geeft u ons toestemming om u aanbiedingen te mailen.
        Verstuurt u het formulier, dan gaat u akkoord met de verwerking van uw gegevens.
        Vult u het formulier in, dan geeft u ons toestemming om u te benaderen.
        Stuurt u ons een bericht, dan stemt u in met het bewaren van uw gegevens.
        Gebruikt u onze website, dan gaat u akkoord met cookies.
        Gaat u verder op deze website, dan stemt u in met cookies.
        Maakt u gebruik van onze chat, dan geeft u toestemming voor het opnemen van het gesprek.
        Neemt u contact met ons op, dan gaat u ermee akkoord dat wij uw gegevens opslaan.
        Klikt u op Verzenden, dan gaat u akkoord met ons privacybeleid.
        Als je doorgaat met het gebruiken van deze site, gaan we ervan uit dat je ermee instemt.
        Door deze website te gebruiken ga je akkoord met onze cookies.
        Als je dit formulier verstuurt, geef je toestemming voor het verwerken van je gegevens.
        Door verder te klikken geeft u toestemming voor alle cookies.
        Door deze melding te sluiten gaat u akkoord met het gebruik van cookies.
        Door contact met ons op te nemen staat u ons toe uw gegevens te bewaren.
        Door een account aan te maken stemt u toe in het delen van uw gegevens met partners.
        Door een bericht achter te laten geeft u toestemming voor onze nieuwsbrief.
        Door onze website te bezoeken verklaart u akkoord te gaan met ons cookiebeleid.
        Door te bestellen gaat u akkoord met onze voorwaarden en met het ontvangen van onze nieuwsbrief.
        Door het formulier te versturen geeft u toestemming, tenzij u bezwaar maakt.
        Door gebruik te maken van deze website gaat u akkoord met cookies, tenzij u deze hebt uitgeschakeld.
        Door het formulier te versturen gaat u akkoord met het gebruik van uw gegevens, die wij alleen delen als de wet dat eist.
        Door te bestellen krijgt u geen reclame, maar geeft u wel toestemming voor het delen van uw gegevens.
        Wie onze website gebruikt, gaat akkoord met het plaatsen van cookies.
        U erkent dat u door gebruik van de website instemt met dit privacybeleid.
        U gaat door het versturen van dit formulier akkoord met het bewaren van uw gegevens.
        U geeft toestemming voor het gebruik van uw gegevens zodra u het formulier verstuurt.
        U stemt in met cookies wanneer u onze website bezoekt.
        Het invullen van het formulier houdt in dat u toestemming geeft.
        Verder surfen op deze website wordt gezien als instemming met cookies.
        Het versturen van het formulier beschouwen wij als uw toestemming.
        De toestemming wordt gegeven door het formulier in te vullen.
        Indien u op deze website blijft surfen wordt u geacht akkoord te zijn met cookies.
        Door u niet af te melden en de site te blijven gebruiken, gaat u akkoord met onze cookies.
        Door het bezoeken of gebruiken van onze website stemt u in met deze privacyverklaring en geeft u ons toestemming om uw persoonsgegevens te verzamelen.
        Indien u gebruik maakt van onze diensten, geeft u ons toestemming uw gegevens te verwerken zoals hierin beschreven.
        Door uw gegevens in het contactformulier in te vullen en te verzenden, gaat u ermee akkoord dat wij deze gegevens opslaan.
        Met het invullen van het contactformulier gaat u akkoord met onze privacyverklaring.
        Wanneer u deze website blijft bezoeken, gaan wij ervan uit dat u akkoord gaat met cookies.
        Door op onze site te blijven, stem je in met het gebruik van cookies.
        Bij gebruik van deze website stemt u in met ons cookiebeleid.
        Door middel van het versturen van dit bericht gaat u akkoord met de verwerking.
        Door deel te nemen aan de actie geeft u toestemming voor het gebruik van uw naam.
        Met uw bezoek aan deze site stemt u in met cookies.
        Door onze site te bekijken aanvaardt u cookies.
        Door het toezenden van uw cv geeft u toestemming om dit vijf jaar te bewaren.
        Door te reageren op deze vacature geeft u toestemming voor het bewaren van uw gegevens.
        Bezoekers die deze site gebruiken stemmen in met cookies.
        Als u verder surft, stemt u in met het plaatsen van cookies.
        """);

    public static TheoryData<string> EnglishClaims => Lines("""
        By submitting this form you agree that we use your data, which we never sell.
        By submitting this form, which is not shared with others, you agree to our use of your data.
        By using this site you consent to cookies, unless you have switched them off.
        By submitting the form you consent to our newsletter unless you tell us otherwise.
        By submitting this form you agree that we keep your data, which we share only if the law requires it.
        By submitting this form you understand and agree that we contact you about offers by our partners.
        By sending us a message you are giving us your consent to store your data.
        By clicking Submit you agree to our use of your personal data.
        By clicking on “Send” you consent to the storage of your data.
        By clicking through this site you consent to cookies, as you do by browsing it.
        By closing this notice you accept our cookies.
        By scrolling down you agree to our use of cookies.
        By creating an account you agree that we share your data with partners.
        By providing your e-mail address you agree to receive our newsletter.
        By your continued use of this website you consent to our cookies.
        By ordering a ticket you consent to our use of your data.
        By leaving a comment you allow us to keep your data.
        On submitting the form you consent to the processing of your data.
        Upon submission of this form you agree to our privacy policy.
        Through your use of this site you agree to our privacy policy.
        When using this website you agree to the use of cookies.
        If you continue to use this site we will assume that you are happy with it.
        If you use our chat, you agree that the conversation is recorded.
        When you submit the form you give us permission to use your details.
        Once you send the form, we assume your consent.
        Should you contact us, you agree to our keeping your data.
        You agree to our use of your data when you submit the form.
        You consent to cookies if you continue browsing.
        You, by using this site, agree to our cookies.
        You hereby consent to the storage of your data by filling in the form.
        Submitting the form means that you agree to our newsletter.
        Continued use of the site is deemed to be consent to cookies.
        Submission of the form is considered as consent to the use of your data.
        Using our services will be regarded as your consent.
        Consent is implied by your use of this website.
        Consent is given by submitting the form.
        Visitors of this website agree to the use of cookies.
        Anyone who uses this site consents to cookies.
        By ordering you get no advertising, but you agree that we share your data.
        By visiting our website, you are consenting to our collecting and using your information.
        By accessing this website we assume you accept these cookies.
        By continuing to browse or use our site, you agree that we can store and access cookies.
        Your continued use of our website signifies your acceptance of cookies.
        By using our website, you hereby consent to our Privacy Policy and agree to its terms.
        By providing us with your details you consent to us holding them.
        If you submit a form you consent to receiving e-mail from us.
        By contacting us you give your express permission to store what you write, which we will never pass on.
        You agree to this by continuing to use the website.
        By interacting with this website you consent to our use of cookies.
        Your use of the site is your consent to cookies.
        If you keep using this site, you accept our use of cookies.
        By registering for the webinar you agree to be contacted by our sponsors.
        By participating in the survey you consent to the use of your answers.
        """);

    public static TheoryData<string> DutchInnocents => Lines("""
        Met het versturen van dit formulier geeft u geen toestemming voor andere doelen.
        Verstuurt u het formulier, dan geeft u daarmee geen toestemming voor reclame.
        Door te bestellen sluit u een overeenkomst.
        Door te bestellen gaat u niet akkoord met het gebruik van uw gegevens voor reclame.
        Door te bestellen gaat u akkoord met de prijs.
        Door het formulier te versturen vraagt u ons contact met u op te nemen.
        Bij het bestellen kiest u zelf of u toestemming geeft voor de nieuwsbrief.
        Bij het invullen van het formulier geeft u aan of u toestemming geeft voor onze nieuwsbrief.
        Als u de website bezoekt, vragen wij of u akkoord gaat met cookies.
        Als u de chat gebruikt, bewaren wij het gesprek alleen als u akkoord gaat.
        Als u de chat gebruikt en u instemt, legt de aanbieder uw IP-adres vast.
        Als u het formulier verstuurt, vragen wij eerst om uw toestemming.
        Wanneer u contact met ons opneemt, gebruiken wij uw gegevens om u te antwoorden.
        Zonder uw toestemming plaatsen wij geen cookies wanneer u de website bezoekt.
        Het gebruik van deze site betekent niet dat u toestemming geeft.
        Het invullen van het formulier geldt nooit als toestemming.
        Wij gaan er niet van uit dat u door het gebruik van deze site akkoord gaat met cookies.
        Als u doorgaat zonder te kiezen, gaan wij er niet van uit dat u instemt.
        Wie het formulier invult, geeft daarmee geen toestemming voor reclame.
        Wie de nieuwsbrief wil ontvangen, geeft daarvoor toestemming met een vinkje.
        U geeft toestemming door het vakje onder het formulier aan te vinken.
        U geeft geen toestemming door het formulier in te vullen.
        U kunt uw toestemming intrekken door het formulier te gebruiken.
        U kunt door gebruik te maken van de instellingen uw toestemming weer intrekken.
        Toestemming wordt niet gegeven door het formulier in te vullen.
        Als u akkoord bent met het gebruik van uw gegevens, geeft u toestemming in de banner.
        Door toestemming te geven voor het gebruik van cookies gaat u akkoord met het tellen van uw bezoek.
        Door het schuifje te gebruiken geeft u toestemming voor statistieken.
        Door op Toestaan te klikken geeft u toestemming voor video's.
        Klikt u op Weigeren, dan gaat u niet akkoord met cookies.
        Geeft u toestemming, dan gebruiken wij uw gegevens voor de nieuwsbrief.
        Gaat u akkoord, dan laden wij de video.
        Door ons te bellen gaat u geen verplichting aan.
        Door het formulier te versturen geeft u alleen toestemming als u dat hierboven hebt gekozen.
        Bij het verzenden van uw bestelling geven wij uw adres aan de bezorger.
        Door in te stemmen met het gebruik van de chat stemt u in met het bewaren van het gesprek.
        Gebruikt u onze chat, dan vragen wij u eerst of u akkoord gaat.
        Wij gebruiken cookies waarmee u instemt wanneer u de site bezoekt.
        Als u het formulier invult, stemt u uw vraag af op de juiste afdeling.
        Wij vragen uw toestemming voordat u de kaart gebruikt.
        U kunt uw toestemming altijd intrekken, bijvoorbeeld door het formulier in te vullen en te versturen.
        Voor het gebruik van deze functie vragen wij uw toestemming.
        Als u ons toestemming geeft, gebruiken wij uw gegevens om u de nieuwsbrief te sturen.
        Als u deze cookies niet accepteert, kunt u de website gewoon gebruiken.
        Uw toestemming is niet nodig om de website te bezoeken.
        Alleen als u op 'Alles accepteren' klikt, plaatsen wij cookies als u verder surft.
        Wanneer u een bestelling plaatst, verwerken wij uw gegevens om de overeenkomst uit te voeren.
        Wij plaatsen geen cookies totdat u toestemming geeft.
        Door het plaatsen van cookies met uw toestemming weten wij hoe u de site gebruikt.
        Als u het formulier gebruikt om toestemming te geven, leggen wij dat vast.
        U geeft toestemming in de instellingen, en u trekt haar daar ook weer in.
        De nieuwsbrief krijgt u als u daarvoor toestemming geeft bij het bestellen.
        Bij het bestellen kunt u aangeven dat u akkoord gaat met onze nieuwsbrief.
        Door een bestelling te plaatsen wordt u klant.
        Als u bezwaar maakt, gebruiken wij uw gegevens niet meer, ook al stemde u eerder in.
        Wij verstrekken uw gegevens aan de politie als u daarmee instemt of de wet dat eist.
        Als u een video bekijkt nadat u toestemming hebt gegeven, ontvangt de aanbieder uw IP-adres.
        Als u reageert op een artikel, tonen wij uw naam als u daarmee akkoord gaat.
        Uw ouder geeft toestemming als u jonger bent dan zestien en de dienst wilt gebruiken.
        Als u jonger bent dan zestien en de dienst gebruikt, geeft uw ouder de toestemming.
        """);

    public static TheoryData<string> EnglishInnocents => Lines("""
        By submitting this form you do not give consent to marketing.
        By submitting this form you don't agree to anything else.
        By submitting the form you give no consent to advertising.
        Without your consent we do not use your data when you visit the site.
        You agree by ticking the box.
        You consent by switching on the toggle, not by using the site.
        You do not consent by using this site.
        You never agree to cookies by visiting the site.
        By ordering you enter into a contract with us.
        By ordering you agree to pay the price.
        By submitting the form you ask us to call you.
        By submitting the form you ask us a question, which we pass on only if you agree.
        By submitting the form you consent to our newsletter only if you have chosen it above.
        If you use the chat, we keep the conversation if you agree.
        If you use the chat and you consent, the provider records your IP address.
        When you visit the site we ask whether you agree to cookies.
        When you submit the form, we ask you to confirm that you agree to the newsletter.
        When you order you choose whether you agree to receive our newsletter.
        We do not share your data when you use this form unless you agree to it.
        When you use the site, we place only the cookies that you consent to.
        When you use the site we place the cookies to which you consent.
        If you visit the site and you have consented, we count your visit.
        If you continue without choosing, we do not assume that you consent.
        Using the site does not mean that you consent.
        Submitting the form is not consent.
        Use of the site never constitutes consent to cookies.
        Consent is not implied by using the site.
        Consent is given by ticking a box, before you use the service.
        By using the cookie banner you give or refuse your consent.
        By clicking Allow you consent to the use of cookies.
        By consenting to the use of cookies you agree that we count your visit.
        Until you agree, nothing is loaded when you visit the site.
        You can withdraw your consent by using the form.
        You can give consent by contacting us.
        We use what you enter in the form after you consent.
        Once you agree, using the map sends your IP address to its provider.
        If you refuse, you can still use the site, and you agree to nothing.
        When you contact us, we use your data to answer you.
        By phone we ask whether you consent to a recording of the call.
        When you consent, we use your data to send you the newsletter.
        If you have given consent by ticking the box, you can withdraw it by sending us an e-mail.
        We record which version of the text you saw when you gave consent by using the switch.
        You are free to use the site without giving consent.
        Where we rely on consent, you may withdraw it at any time by contacting us.
        By law we must tell you when you use the site what you consent to.
        If you order as a guest, we ask you at the end whether you agree to our newsletter.
        You may use the site whether or not you consent to cookies.
        By contacting us you can find out what you consented to.
        We only send messages to which you agreed when you ordered.
        If you do not agree, do not use the form.
        If you do not agree to the use of cookies, you can still order.
        Before you submit the form you can tick a box by which you agree to our newsletter.
        After ordering you get a mail in which we ask if you agree to a review.
        Your parent consents when you use the service below the age of sixteen.
        When you use the site for the first time, a banner asks what you agree to.
        We show the map when you allow it by pressing the button, and you agree to nothing else.
        The site works when you visit it without any consent.
        By continuing you can choose what you agree to.
        """);

    [Theory]
    [MemberData(nameof(DutchClaims))]
    [MemberData(nameof(EnglishClaims))]
    public void G4_Consent_TakenFromAnotherAct_IsRecognisedHoweverItIsSaid(string sentence) => Assert.True(ImpliedConsent.IsClaimedIn(sentence));

    [Theory]
    [MemberData(nameof(DutchInnocents))]
    [MemberData(nameof(EnglishInnocents))]
    public void G4_ASentence_ThatTakesNoConsent_Passes(string sentence) => Assert.False(ImpliedConsent.IsClaimedIn(sentence));

    /// <summary>One sentence may spoil a text, wherever it stands.</summary>
    [Theory]
    [MemberData(nameof(DutchClaims))]
    [MemberData(nameof(EnglishClaims))]
    public void G4_AmongOtherSentences_ItIsRecognisedToo(string sentence) =>
        Assert.True(ImpliedConsent.IsClaimedIn($"We never sell your data. {sentence} Wij delen niets zonder uw toestemming."));

    private static TheoryData<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
