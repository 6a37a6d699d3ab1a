using Consent.Audit.Timelines;
using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary>What the pages call things that are told apart by an id, and what they say when something is refused.</summary>
internal static class WordsInEnglishTold
{
    public static Words With(Words words) => words with
    {
        Decisions = new Dictionary<Decision, string>
        {
            [Decision.Given] = "given",
            [Decision.Refused] = "refused",
            [Decision.Withdrawn] = "withdrawn",
            [Decision.Objected] = "objected",
            [Decision.Unproven] = "imported without proof",
        },
        Statuses = new Dictionary<PurposeStatus, string>
        {
            [PurposeStatus.NeverAsked] = "never asked",
            [PurposeStatus.Given] = "given",
            [PurposeStatus.Refused] = "refused",
            [PurposeStatus.Withdrawn] = "withdrawn",
            [PurposeStatus.Expired] = "expired",
            [PurposeStatus.AskAgain] = "to be asked again",
            [PurposeStatus.NotNeeded] = "not needed",
            [PurposeStatus.Objected] = "objected",
        },
        Bases = new Dictionary<LegalBasis, string>
        {
            [LegalBasis.Consent] = "consent",
            [LegalBasis.Contract] = "contract",
            [LegalBasis.LegalObligation] = "legal obligation",
            [LegalBasis.LegitimateInterest] = "legitimate interest",
            [LegalBasis.VitalInterest] = "vital interest",
            [LegalBasis.PublicTask] = "public task",
        },
        Happenings = new Dictionary<TimelineWhat, string>
        {
            [TimelineWhat.Receipt] = "receipt",
            [TimelineWhat.OptOut] = "opt-out",
            [TimelineWhat.OptIn] = "opt-in",
            [TimelineWhat.OptOutTakenBack] = "opt-out taken back",
            [TimelineWhat.Erased] = "erased",
        },
        Verdicts = new Dictionary<InForceVerdict, string>
        {
            [InForceVerdict.Yes] = "Yes",
            [InForceVerdict.No] = "No",
            [InForceVerdict.NotNeeded] = "Not needed",
            [InForceVerdict.Unknown] = "It cannot be told",
        },
        Actions = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["accept-all"] = "accepted all",
            ["refuse-all"] = "refused all",
            ["save"] = "saved a choice",
            ["withdraw"] = "withdrew consent",
            ["undo"] = "took an opt-out back",
            ["import"] = "imported from another system",
            ["subscribe"] = "subscribed",
            ["confirmed-subscribe"] = "subscribed and confirmed",
            ["soft-opt-in"] = "customer who did not object",
            ["one-click-unsubscribe"] = "opted out with one click",
            ["unsubscribe-page"] = "opted out on the unsubscribe page",
            ["revoked-link"] = "opted out by a revoked link",
            ["complaint"] = "reported as unwanted",
            ["feedback-report"] = "reported as unwanted through the mail provider",
            ["preferences"] = "changed preferences",
            ["preferences-left-unticked"] = "left unticked among the preferences",
            ["objection"] = "objected",
        },
        Sources = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["banner"] = "cookie banner",
            ["marketing-unsubscribe"] = "opt-outs and preferences",
            ["back-office"] = "staff",
            ["form"] = "form",
            ["footer"] = "footer of a page",
            ["checkout"] = "checkout",
            ["account"] = "account",
            ["pop-up"] = "pop-up",
            ["landing-page"] = "landing page",
            ["import"] = "import",
        },
        Drops = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["newer-no"] = "there was a newer refusal already",
            ["newer-decision"] = "there was a newer decision already",
            ["future-version"] = "on a version that did not exist yet",
            ["unknown-purpose"] = "unknown purpose or topic",
            ["unknown-declaration"] = "unknown declaration",
            ["no-consent-needed"] = "no consent is needed",
            ["foreign-origin"] = "sent from another site",
            ["malformed-label"] = "unreadable data about the banner",
            ["retired-site"] = "the site is retired",
            ["superseded-declaration"] = "the declaration had been superseded",
            ["parental-authorisation"] = "a parent's authorisation is missing",
        },
        Grounds = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["legal-obligation"] = "legal obligation",
            ["legal-claims"] = "legal claims",
            ["accuracy-contested"] = "the accuracy is contested",
            ["unlawful-processing"] = "unlawful processing",
            ["needed-for-claims"] = "needed for the person's own legal claims",
            ["objection-pending"] = "an objection is pending",
        },
        Steps = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["opted-out"] = "The person opted out; suppressed from then on.",
            ["opted-in"] = "The person opted in.",
            ["undid"] = "The person took an opt-out back, on the same page.",
            ["asked-to-confirm"] = "The opt-in was to be confirmed by mail.",
            ["confirmed"] = "The owner of the address confirmed it by the link of that mail.",
            ["cause-published"] = "{by} told the other services.",
            ["cause-applied"] = "{by} had applied it, by its own word.",
            ["decided"] = "The person decided on version {shown} of the declaration, by the caller's word.",
            ["recorded"] = "The consent service recorded the receipt, version {version} of this person on the site.",
            ["published"] = "The consent service told the other services.",
            ["applied"] = "{by} had applied it, by its own word.",
        },
        Lists = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["declaration"] = "General",
            ["dataCategories"] = "Data categories",
            ["purposes"] = "Purposes",
            ["vendors"] = "Recipients",
            ["cookies"] = "Cookies",
            ["topics"] = "Topics",
            ["disclosures"] = "Disclosures",
            ["measures"] = "Measures",
            ["automatedDecisions"] = "Automated decisions",
            ["mailStreams"] = "Mail streams",
        },
        Looks = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["trace"] = "looked at a receipt",
            ["timeline"] = "looked at a timeline",
            ["was-in-force"] = "asked whether consent was in force",
            ["proof"] = "fetched a proof",
            ["evidence"] = "fetched an evidence package",
            ["banner"] = "looked at a banner",
            ["refused"] = "was refused data that are restricted",
            ["export"] = "exported a list",
            ["hold-placed"] = "placed a legal hold",
            ["restriction-placed"] = "restricted the processing",
            ["address"] = "looked up an address at marketing",
            ["opt-in-proof"] = "fetched the proof of an opt-in at marketing",
            ["sign-in"] = "signed in",
            ["sign-out"] = "signed out",
        },
        NoBanners = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["imported"] = "The decision was taken over from another system; what stood before the person there is not known here.",
            ["marketing"] = "The decision was taken at marketing: on a page, by a link in a mail, or by a system of the organisation.",
            ["placeholder"] = "The choice was made in the place of content that was held back.",
            ["own-interface"] = "The choice was made in an interface of the site’s or the app’s own.",
            ["no-interface"] = "The decision was sent in without an interface, as a browser’s signal or a system of the organisation sends it.",
            ["no-declaration"] = "The receipt names no declaration.",
        },
        Problems = new Dictionary<string, (string Title, string Text)>(StringComparer.Ordinal)
        {
            ["unknown-receipt"] = ("There is no such receipt", "Check the id. A receipt recorded just now is here within seconds."),
            ["unknown-site"] = ("There is no such site", "Check the id of the site; the search page lists those that are open to you."),
            ["unknown-declaration"] = ("There is no such version", "Choose a version from the list of the site's declarations."),
            ["unknown-person"] = ("There is no such person", "Check the pseudonym or the address."),
            ["site-needed"] = ("No site was named", "Choose the site that it is about."),
            ["person-needed"] = ("Name one person", "Fill in the pseudonym or the address, and not both."),
            ["subject-id"] = ("This is no pseudonym", "A pseudonym is a visitor id of 32 hexadecimal digits, or that of an address. An address goes into the other field."),
            ["marketing-unset"] = ("An address cannot be looked up here", "Search by pseudonym, or have the operator set Audit:Marketing."),
            ["marketing-away"] = ("The address cannot be looked up just now", "Try again in a few seconds, or search by pseudonym."),
            ["invalid-address"] = ("This is no address", "Fill in one address of the form name@domain, or one telephone number such as +31612345678."),
            ["reason-required"] = ("A reason is needed", "Say in 10 to 500 characters why you look this person up. The reason goes into the log; name nobody in it."),
            ["person-restricted"] = ("These data are restricted", "Have a privacy officer ask for them, with a reason."),
            ["token-over"] = ("Your sign-in is over", "Sign out and in again; nothing was looked up."),
            ["bad-range"] = ("This search cannot be answered", "Give days as 2026-06-03, the first before the last; a campaign needs its site."),
            ["bad-days"] = ("These days cannot be answered", "Give days as 2026-06-03, the first before the last, and 92 days at most."),
            ["unknown-purpose"] = ("The site never had this purpose or topic", "Use an id of the site's declaration."),
            ["purpose-needed"] = ("No purpose was named", "Fill in a purpose or topic of the site."),
            ["moment-needed"] = ("No moment that has passed was named", "Fill in day and time in UTC; what will be in force nobody knows."),
            ["no-banner"] = ("No banner was shown", "This decision was not taken on a banner; what the person was shown stands with the receipt."),
            ["evidence-pending"] = ("The evidence is not ready yet", "The receipt is not under a checkpoint yet. Try again in a few seconds."),
            ["evidence-unsigned"] = ("The package cannot be signed just now", "The operator must put back the keys of the log. Try again later."),
            ["role"] = ("This page is not for your role", "Who runs the system sees no persons. Sign in as an auditor or privacy officer."),
            ["form-expired"] = ("The form is out of date", "Go back to its page, load that again, and send the form once more."),
            ["not-found"] = ("There is no such page", "Check the address, or begin at the search page."),
            ["unavailable"] = ("This cannot be shown just now", "Try again in a few seconds; nothing is lost."),
            ["refused"] = ("This request cannot be answered", "Begin again at the search page."),
        },
    };
}
