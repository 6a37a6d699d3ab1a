using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.MailGate;

/// <summary>
/// The stream that a session signed in as, and what the declaration in force says of it at this moment. One that it does not name is marketing
/// without a topic: it may send to whom every topic of the site may be sent that goes by e-mail. Pure.
/// </summary>
/// <param name="About">The topic or purpose that it is declared for; null for a stream that is not declared.</param>
/// <param name="Topics">All of these must be permitted; none are asked of a transactional stream.</param>
public sealed partial record SendingStream(string Controller, string Site, string Id, MailClass Class, string? About, IReadOnlyList<string> Topics)
{
    /// <summary>The name by which a stream signs in, <c>{stream}@{site}</c>; null where the two are no ids.</summary>
    public static string? UserOf(string? site, string? stream) => Named($"{stream}@{site}") is null ? null : $"{stream}@{site}";

    /// <summary>Null while nothing is known of the site, which may change within seconds.</summary>
    public static SendingStream? Of(string? user, IDeclarations declarations)
    {
        ArgumentNullException.ThrowIfNull(declarations);
        return Named(user) is var (site, id) && declarations.InForce(site) is { } inForce ? Of(id, inForce.Declaration) : null;
    }

    public static SendingStream Of(string id, Declaration declaration)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        var (controller, site) = (declaration.Controller.Id, declaration.Site);
        return declaration.FindMailStream(id) switch
        {
            { Class: MailClass.Marketing, Topic: { } topic } => new(controller, site, id, MailClass.Marketing, topic, [topic]),
            // Checked when it was published; whatever lets everything through is looked at again.
            { Class: MailClass.Transactional, Purpose: { } purpose } when declaration.FindPurpose(purpose)?.LegalBasis is LegalBasis.Contract or LegalBasis.LegalObligation =>
                new(controller, site, id, MailClass.Transactional, purpose, []),
            _ => new(controller, site, id, MailClass.Marketing, null, [.. declaration.Topics.Where(t => t.Channels.Contains(Channel.Email)).Select(t => t.Id)]),
        };
    }

    private static (string Site, string Id)? Named(string? user) =>
        user is not null && User().Match(user) is { Success: true } match ? (match.Groups["site"].Value, match.Groups["stream"].Value) : null;

    [GeneratedRegex(@"^(?<stream>[a-z][a-z0-9-]{1,62})@(?<site>[a-z][a-z0-9-]{1,62})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex User();
}
