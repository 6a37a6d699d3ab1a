namespace Consent.ConsentService.Tests;

/// <summary>GDPR art. 4(11): what is consent by an act of its own passes; what is taken from another act is refused at publishing.</summary>
public sealed class ImpliedConsentTests
{
    [Theory]
    [InlineData("Door dit formulier te versturen gaat u akkoord.")]
    [InlineData("Door het formulier in te vullen en te verzenden geeft u ons toestemming om uw gegevens te gebruiken.")]
    [InlineData("Wij gebruiken cookies. Door verder te surfen op deze website stemt u in met het plaatsen van cookies.")]
    [InlineData("Door gebruik te maken van deze website gaat u akkoord met onze privacyverklaring.")]
    [InlineData("Als u onze website gebruikt, gaat u akkoord met het gebruik van cookies.")]
    [InlineData("Door een bestelling te plaatsen of op bestellen te drukken geeft u toestemming voor de verwerking van uw gegevens.")]
    [InlineData("Door op verzenden te klikken gaat u akkoord met de verwerking van uw gegevens.")]
    [InlineData("U geeft ons toestemming door het formulier in te vullen.")]
    [InlineData("Het gebruik van deze site betekent dat u toestemming geeft.")]
    [InlineData("Door te bestellen aanvaardt u onze voorwaarden en geeft u toestemming voor het gebruik van uw gegevens.")]
    [InlineData("By submitting this form you agree that we use your data.")]
    [InlineData("By using our website, you hereby consent to our Privacy Policy.")]
    [InlineData("If you continue to browse this site, you are deemed to consent to cookies.")]
    [InlineData("Your use of this site constitutes consent to the processing of your data.")]
    [InlineData("You agree to our use of cookies by using this site.")]
    [InlineData("By filling in the form and sending it you give us permission to keep your data.")]
    public void G4_Consent_TakenFromAnotherAct_IsRecognised(string text) => Assert.True(ImpliedConsent.IsClaimedIn(text));

    [Theory]
    [InlineData("Onder het formulier kruist u aan dat wij het mogen bewaren; invullen alleen is geen toestemming.")]
    [InlineData("Door dit vakje aan te vinken geeft u toestemming voor het gebruik van uw gegevens.")]
    [InlineData("Door op Accepteren te klikken geeft u toestemming voor het gebruik van cookies.")]
    [InlineData("Door bij het invullen van het formulier het vakje aan te kruisen geeft u toestemming voor onze nieuwsbrief.")]
    [InlineData("Door op Toestaan te klikken voor het gebruik van cookies geeft u toestemming.")]
    [InlineData("Door het formulier te versturen geeft u geen toestemming voor reclame.")]
    [InlineData("Door te bestellen gaat u akkoord met onze algemene voorwaarden.")]
    [InlineData("Als u toestemming geeft, gebruiken wij uw gegevens voor de nieuwsbrief waarvoor u toestemming gaf.")]
    [InlineData("Wat u in het formulier invult, gebruiken wij alleen om de vraag te beantwoorden waarvoor u ons toestemming geeft.")]
    [InlineData("By ticking this box you consent to our use of your data.")]
    [InlineData("By clicking Accept you agree to our use of cookies.")]
    [InlineData("By using the tick box below you consent to our newsletter.")]
    [InlineData("By submitting the form you do not consent to marketing.")]
    [InlineData("By placing an order you agree to our terms and conditions.")]
    [InlineData("We use your data for the newsletter once you have consented to it.")]
    [InlineData("If you agree, we use your data to count visits.")]
    public void G4_Consent_ByAnActOfItsOwn_OrNoneAtAll_Passes(string text) => Assert.False(ImpliedConsent.IsClaimedIn(text));

    [Fact]
    public void ASentence_WithoutEnd_IsPassedOverAtOnce()
    {
        var endless = string.Concat(Enumerable.Repeat("door gebruik te maken van ", 40_000));
        Assert.False(ImpliedConsent.IsClaimedIn(endless));
    }
}
