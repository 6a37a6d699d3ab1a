using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.MarketingUnsubscribe;

/// <summary>Refusals that several features of this service share. None repeats an address.</summary>
internal static class MarketingProblems
{
    public static ProblemHttpResult UnknownTopic(string? topic) => Problems.Invalid("unknown-topic", "The declaration has no such topic.",
        $"Use the id of one of the topics of the site's declaration; '{Problems.Shown(topic ?? "")}' is none of them.");

    public static ProblemHttpResult InvalidAddress() => Problems.Invalid("invalid-address", "This is not an e-mail address.",
        "Send one address of the form name@domain, of at most 254 characters, without a display name.");

    public static ProblemHttpResult TooManyAddresses(int most) => Problems.Invalid("too-many-addresses", "These are too many addresses for one call.",
        $"Send at most {most} addresses in one call.");

    public static ProblemHttpResult InvalidCampaign() => Problems.Invalid("invalid-campaign", "The campaign cannot be recorded.",
        "Name the campaign in letters, digits, '.', '-' and '_', at most 64: never by anything that names a person.");

    public static ProblemHttpResult UnknownLanguage() => Problems.Invalid("unknown-language", "The declaration does not have this language.",
        "Use one of the languages of the site's declaration, or leave the language out.");

    public static ProblemHttpResult UnknownLink() => Problems.Because(404, "unknown-link", "This is not a whole opt-out link.",
        "Use the address exactly as it stands in the List-Unsubscribe header of the mail.");
}
