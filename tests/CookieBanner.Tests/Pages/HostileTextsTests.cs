using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Pages.PageSamples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>Whatever an author, or whoever wrote in his name, puts into a declaration: on a page it is text.</summary>
public class HostileTextsTests
{
    public static TheoryData<string> Hostile =>
    [
        "</p></section><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "<!-- --></style><style>*{display:none}",
        "javascript:alert(1)", "&lt;script&gt; &#60;", "\u202egnihtemos\u202c \u2066x\u2069", "\0\u0001\u2028 \ud83d\ude00 é", "<svg/onload=alert(1)>",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void In_every_text_it_stays_text(string hostile)
    {
        var declaration = Everywhere(Full(), hostile);
        foreach (var html in Pages(declaration))
        {
            HtmlOf.AssertSound(html);
            Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<svg", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("=\"javascript:", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch(@"<[a-z][^>]*\son[a-z]+=", html);
            Assert.Equal(Pages(Full()).Count, Pages(declaration).Count);
        }
    }

    [Fact]
    public void What_turns_the_direction_of_a_text_is_shown_as_a_character_that_does_nothing()
    {
        const string turned = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";
        var text = Html.Text($"a{turned}b\u200eשלום\u200f");
        Assert.Equal("a" + new string('\ufffd', turned.Length) + "b", text[..(turned.Length + 2)]);
        Assert.DoesNotMatch("&#x20(2[A-E]|6[6-9]);", text);
        foreach (var html in Pages(Everywhere(Full(), turned))) Assert.DoesNotMatch("[\u202a-\u202e\u2066-\u2069]|&#x20(2[A-E]|6[6-9]);", html);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,<script>alert(1)</script>")]
    [InlineData("http://plain.example")]
    [InlineData("https://user:secret@place.example")]
    [InlineData("//place.example")]
    [InlineData("")]
    public void An_address_that_is_not_plainly_https_is_no_link(string address) => Assert.Equal("woord", Html.Link(address, "woord"));

    [Fact]
    public void An_address_cannot_leave_its_attribute() =>
        Assert.Equal("<a href=\"https://place.example/%22%20onclick=%22x\" rel=\"noopener noreferrer\">w</a>", Html.Link("https://place.example/\" onclick=\"x", "w"));

    private static List<string> Pages(Declaration declaration)
    {
        var page = Page(Versions(Full(), declaration));
        return [RenderCookieTable.Document(page), RenderCookieTable.Fragment(page), RenderPrivacyStatement.Document(page), RenderRegister.Document(page)];
    }

    /// <summary>The declaration with the text in place of each that an author writes freely; ids, dates and codes stay.</summary>
    private static Declaration Everywhere(Declaration declaration, string hostile)
    {
        string[] free = ["nl", "en", "name", "address", "city", "postcode", "phone", "email", "website", "privacyPolicy", "url", "law", "tradeRegisterNumber", "trigger"];
        // A cookie's name is its identity: two of one name and kind are not published.
        var names = 0;
        var tree = JsonSerializer.SerializeToNode(declaration, ContractJson.Options)!;
        Fill(tree);
        return tree.Deserialize<Declaration>(ContractJson.Options)!;

        void Fill(JsonNode? node)
        {
            if (node is JsonArray items)
            {
                foreach (var item in items) Fill(item);
                return;
            }

            if (node is not JsonObject members) return;
            foreach (var (name, value) in members.ToList())
            {
                if (free.Contains(name) && value is JsonValue) members[name] = name == "name" ? $"{hostile}{++names}" : hostile;
                else Fill(value);
            }
        }
    }
}
