using System.Reflection;
using System.Text.RegularExpressions;

namespace Consent.Browser.Tests;

/// <summary>The names of this assembly's tests begin with the ids of the lines that they test, joined by <c>_</c>: none of the lines is left without one.</summary>
public partial class ChecklistTests
{
    /// <summary>
    /// What a banner is held to. AP: rules of thumb for cookie banners of the Dutch authority (Autoriteit Persoonsgegevens). TA to TK: report of
    /// the EDPB's Cookie Banner Taskforce, 2023. E: EDPB Guidelines 05/2020. C: CNIL 2020-091 and 2020-092. W: WCAG 2.2 AA. X: GPC and Google.
    /// </summary>
    private static readonly Dictionary<string, string> Lines = new()
    {
        ["AP1"] = "The first layer names the controller and each purpose.",
        ["AP2"] = "Nothing optional is ticked, on any layer.",
        ["AP3"] = "Plain words for accepting and refusing, and no promise of an experience.",
        ["AP4"] = "Accept, refuse and settings stand on one layer.",
        ["AP5"] = "No choice is hidden, on the smallest screen either.",
        ["AP6"] = "Refusing takes no more clicks than accepting.",
        ["AP7"] = "Refusing is a button, as accepting is.",
        ["AP8"] = "How to withdraw is told before consent; a second way to it stays; withdrawing undoes.",
        ["AP9"] = "No switches for legitimate interests beside those for consent.",
        ["AP10"] = "No tracking cookie before a choice.",
        ["TA"] = "Refusing is on every layer that has accepting.",
        ["TB"] = "No box is ticked beforehand, on the second layer either.",
        ["TC"] = "Refusing is no link in a sentence nor outside the banner, and the site does not look locked.",
        ["TD"] = "Every button can be read: contrast.",
        ["TE"] = "The buttons are equal in size and weight.",
        ["TH"] = "No second layer of legitimate interests; without consent nothing is done later.",
        ["TI"] = "What is called essential is justified, one by one, and there is a list.",
        ["TK"] = "A way to withdraw stays on every page, shows how things stand, and is as short as accepting was.",
        ["E1"] = "Scrolling, going on, Escape and a click elsewhere grant nothing.",
        ["E2"] = "No cookie wall: all of the site is there after refusing.",
        ["E3"] = "Each purpose is a choice of its own.",
        ["C1"] = "Refusing is as easy as accepting.",
        ["C2"] = "A refusal is remembered as an acceptance is.",
        ["C3"] = "Silence is a refusal.",
        ["C4"] = "All recipients can be read where the choice is made.",
        ["W1"] = "Contrast, reflow, text spacing.",
        ["W2"] = "Keyboard, order and visibility of the focus; what has it is not under the banner.",
        ["W3"] = "Size of what is pressed.",
        ["W4"] = "Name, role, language, messages; nothing moves.",
        ["X1"] = "Global Privacy Control is complied with.",
        ["X2"] = "Google's tags are told the default once, ahead of everything, then updated.",
        ["T1"] = "Nothing is stored or read before consent but what is strictly necessary (Tw art. 11.7a).",
    };

    private static readonly HashSet<string> Tested =
    [
        .. typeof(ChecklistTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
            .SelectMany(method => method.Name.Split('_').TakeWhile(part => Id().IsMatch(part))),
    ];

    [Fact]
    public void Every_line_that_concerns_a_banner_has_a_test_in_a_browser_that_begins_with_its_id() =>
        Assert.Empty(Lines.Where(line => !Tested.Contains(line.Key)).Select(line => $"{line.Key}: {line.Value}"));

    [GeneratedRegex("^((AP|T|E|C|W|X)[0-9]+|T[A-K])$")]
    private static partial Regex Id();
}
