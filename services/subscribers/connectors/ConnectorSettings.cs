using System.Net;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Connectors;

/// <param name="Marketing"><c>Connectors:Marketing</c>, the address of the marketing service or of the gateway; no connector is made without it.</param>
/// <param name="Token"><c>Connectors:Token</c>, a bearer token of scope <c>marketing</c> for the sites of the connectors; null where a file holds it.</param>
/// <param name="TokenFile"><c>Connectors:TokenFile</c>, a file with such a token, read for each question, so that whoever renews it need tell nobody.</param>
/// <param name="AllowedNetworks"><c>Connectors:AllowedNetworks</c>, a list of CIDRs (also comma-separated in one value), empty by default: networks that may be called although <see cref="ForbiddenTargets"/> names them.</param>
/// <param name="AllowHttp"><c>Connectors:AllowHttp</c>, false by default: whether a mailing system may do without TLS.</param>
/// <param name="AttemptTimeout"><c>Connectors:AttemptTimeout</c>, 30 s by default: for one request, from looking up the name to the last byte.</param>
/// <param name="LookEvery"><c>Connectors:LookEvery</c>, 1 s by default: how often is looked for what has come due; new work is started at once.</param>
/// <param name="PollEvery"><c>Connectors:PollEvery</c>, 1 minute by default: how often a mailing system is asked what changed there.</param>
/// <param name="WalkEvery"><c>Connectors:WalkEvery</c>, 6 hours by default: how often all of its contacts are compared; at most 1 hour where the system cannot tell what changed.</param>
internal sealed record ConnectorSettings(
    Uri? Marketing, string? Token, string? TokenFile, IReadOnlyList<IPNetwork> AllowedNetworks, bool AllowHttp, TimeSpan AttemptTimeout, TimeSpan LookEvery,
    TimeSpan PollEvery, TimeSpan WalkEvery)
{
    /// <summary>Whether marketing can be asked.</summary>
    public bool AreSet => Marketing is not null && (Token is not null || TokenFile is not null);

    /// <exception cref="InvalidOperationException">A setting makes no sense.</exception>
    public static ConnectorSettings From(IConfiguration configuration)
    {
        Uri? marketing = null;
        if (configuration["Connectors:Marketing"] is { Length: > 0 } text && !Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out marketing))
            throw new InvalidOperationException("Connectors:Marketing is no address: write it as http://marketing-unsubscribe:8080.");
        return new(
            marketing, Given(configuration["Connectors:Token"]), Given(configuration["Connectors:TokenFile"]),
            Networks.Of(configuration, "Connectors:AllowedNetworks"),
            configuration.GetValue("Connectors:AllowHttp", false),
            configuration.GetValue("Connectors:AttemptTimeout", TimeSpan.FromSeconds(30)),
            configuration.GetValue("Connectors:LookEvery", TimeSpan.FromSeconds(1)),
            configuration.GetValue("Connectors:PollEvery", TimeSpan.FromMinutes(1)),
            configuration.GetValue("Connectors:WalkEvery", TimeSpan.FromHours(6)));
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
