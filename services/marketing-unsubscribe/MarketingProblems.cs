using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.MarketingUnsubscribe;

/// <summary>Refusals that several features of this service share. None repeats an address.</summary>
internal static class MarketingProblems
{
    public static ProblemHttpResult UnknownTopic(string? topic) => Problems.Invalid("unknown-topic", "The declaration has no such topic.",
        $"Use the id of one of the topics of the site's declaration; '{Problems.Shown(topic ?? "")}' is none of them.");

    /// <summary>Of what <see cref="TopicOnChannel.Find"/> does not find.</summary>
    public static ProblemHttpResult NoSuchTopic(Declaration declaration, string? topic) =>
        declaration.FindTopic((topic ?? "").Split('/')[0]) is { } declared
            ? Problems.Invalid("unknown-channel", "The topic has no such channel.",
                $"Send as channel one of those that the declaration gives the topic: {string.Join(", ", declared.Channels.Select(ChannelTopic.NameOf))}.")
            : UnknownTopic(topic);

    public static ProblemHttpResult InvalidAddress() => Problems.Invalid("invalid-address", "This is no address.",
        "Send one address of the form name@domain, of at most 254 characters, without a display name; or, but for e-mail, one telephone number such as +31612345678.");

    public static ProblemHttpResult NumberNeedsToken() => Problems.Because(401, "token-needed", "A telephone number cannot be confirmed by mail.",
        "Send the e-mail address of the person, or a bearer token with the scope marketing.");

    public static ProblemHttpResult TooManyAddresses(int most) => Problems.Invalid("too-many-addresses", "These are too many addresses for one call.",
        $"Send at most {most} addresses in one call.");

    public static ProblemHttpResult InvalidCampaign() => Problems.Invalid("invalid-campaign", "The campaign cannot be recorded.",
        "Name the campaign in letters, digits, '.', '-' and '_', at most 64: never by anything that names a person.");

    public static ProblemHttpResult InvalidLinks(int most) => Problems.Invalid("invalid-links", "So many links cannot be counted.",
        $"Send in links how many were made for the campaign since they were told last, 1 to {most}; nothing where there were none.");

    public static ProblemHttpResult IdempotencyKey() =>
        Problems.Because(400, "idempotency-key", "The Idempotency-Key is malformed.", "Send 1 to 128 visible ASCII characters.");

    public static ProblemHttpResult IdempotencyKeyReused() => Problems.Invalid("idempotency-key-reused", "This Idempotency-Key was used for another request.",
        "Repeat a request only with the very same body; make a new key for a new one.");

    public static ProblemHttpResult UnknownLanguage() => Problems.Invalid("unknown-language", "The declaration does not have this language.",
        "Use one of the languages of the site's declaration, or leave the language out.");

    /// <param name="pages">What a page may say; null for a controller's own system.</param>
    public static ProblemHttpResult InvalidSource(IReadOnlyList<string>? pages) => Problems.Invalid("invalid-source", "The source cannot be recorded.", pages is null
        ? "Name the place of the opt-in in letters, digits, spaces, '-', '_', '.' or '/', at most 100 characters."
        : $"Send as source one of {string.Join(", ", pages)}, or leave it out; other words need a bearer token with the scope marketing.");

    public static ProblemHttpResult ProofNeedsToken() => Problems.Because(401, "token-needed", "A confirmation, and any other proof, needs a token.",
        "Leave confirmedAt, optedInAt, evidence, basis with its facts, and parentalAuthorisation out, or send a bearer token with the scope marketing.");

    public static ProblemHttpResult SamePersonNeedsToken() => Problems.Because(401, "token-needed", "That two addresses are one person's needs a token.",
        "Leave alsoKnownAs out, or send a bearer token with the scope marketing.");

    public static ProblemHttpResult NotAlsoKnownAs(string why) => Problems.Invalid("also-known-as", "The other address cannot be noted.", why);

    public static ProblemHttpResult FutureTime() => Problems.Invalid("future-time", "What was done cannot lie in the future.",
        "Send in confirmedAt the moment at which the person confirmed, and in optedInAt that at which he opted in, in UTC.");

    public static ProblemHttpResult AgeNeeded() => Problems.Invalid("parental-authorisation", "A child's consent needs the authorisation of a parent.",
        "Send ofAge: true when the person says to be old enough; the authorisation of a parent is stated with a bearer token with the scope marketing.");

    public static ProblemHttpResult RetiredSite() => Problems.Because(409, "retired-site", "This site is retired.",
        "Record no opt-ins here any more; an opt-out is still taken.");

    public static ProblemHttpResult MailNeeded() => Problems.Because(503, "mail-needed", "An opt-in from a page cannot be confirmed here.",
        "Ask the operator of this service to set Mail:Smtp, so that it can ask the owner of the address by mail; nothing was stored.");

    public static ProblemHttpResult NoMoreLinkKeys() => Problems.Because(409, "no-more-link-keys", "The key of this site was revoked 255 times.",
        "Go on with the key that is in force; leave rotate out to be given it.");

    public static ProblemHttpResult UnknownLink() => Problems.Because(404, "unknown-link", "This is not a whole opt-out link.",
        "Use the address exactly as it stands in the List-Unsubscribe header of the mail.");
}
