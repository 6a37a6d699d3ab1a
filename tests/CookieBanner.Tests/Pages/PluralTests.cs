using System.Globalization;
using Consent.CookieBanner.Pages;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>Unicode CLDR 46, "Language Plural Rules", cardinal, of whole numbers.</summary>
public class PluralTests
{
    [Theory]
    [InlineData("bg", "one 1 | other 0 2 21 101")]
    [InlineData("cs", "one 1 | few 2 3 4 | other 0 5 11 21 22 102")]
    [InlineData("da", "one 1 | other 0 2 21 101")]
    [InlineData("de", "one 1 | other 0 2 21 101")]
    [InlineData("el", "one 1 | other 0 2 21 101")]
    [InlineData("en", "one 1 | other 0 2 21 101")]
    [InlineData("es", "one 1 | other 0 2 21 101 1000001 | many 1000000")]
    [InlineData("et", "one 1 | other 0 2 21 101")]
    [InlineData("fi", "one 1 | other 0 2 21 101")]
    [InlineData("fr", "one 0 1 | other 2 21 101 1000001 | many 1000000")]
    [InlineData("ga", "one 1 | two 2 | few 3 6 | many 7 10 | other 0 11 21 102 107")]
    [InlineData("hr", "one 1 21 101 | few 2 4 22 104 | other 0 5 11 12 14 20 111 112")]
    [InlineData("hu", "one 1 | other 0 2 21 101")]
    [InlineData("it", "one 1 | other 0 2 21 101 1000001 | many 1000000")]
    [InlineData("lt", "one 1 21 101 | few 2 9 22 102 | other 0 10 11 19 20 111")]
    [InlineData("lv", "zero 0 10 11 19 20 111 | one 1 21 101 | other 2 9 22 102")]
    [InlineData("mt", "one 1 | two 2 | few 0 3 10 103 110 | many 11 19 111 | other 20 100 101 102 120")]
    [InlineData("nl", "one 1 | other 0 2 21 101")]
    [InlineData("pl", "one 1 | few 2 4 22 104 | many 0 5 11 12 14 21 101 112")]
    [InlineData("pt", "one 1 | other 0 2 21 101 1000001 | many 1000000")]
    [InlineData("ro", "one 1 | few 0 2 19 101 119 | other 20 21 100 120")]
    [InlineData("sk", "one 1 | few 2 3 4 | other 0 5 11 21 22 102")]
    [InlineData("sl", "one 1 101 | two 2 102 | few 3 4 103 104 | other 0 5 11 12 21 100 111")]
    [InlineData("sv", "one 1 | other 0 2 21 101")]
    public void A_number_has_the_form_of_its_language(string language, string forms)
    {
        foreach (var form in forms.Split(" | "))
        {
            if (form.Split(' ') is not [var category, .. var numbers]) continue;
            Assert.All(numbers, n => Assert.Equal(category, Plural.Of(language, int.Parse(n, CultureInfo.InvariantCulture))));
        }
    }
}
