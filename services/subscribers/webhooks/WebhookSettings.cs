using System.Net;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Webhooks;

/// <param name="AllowedNetworks">
/// <c>Webhooks:AllowedNetworks</c>, a list of CIDRs (also comma-separated in one value), empty by default: networks that may be called
/// although <see cref="ForbiddenTargets"/> names them.
/// </param>
/// <param name="AllowHttp"><c>Webhooks:AllowHttp</c>, false by default: whether an endpoint may do without TLS.</param>
/// <param name="AttemptTimeout"><c>Webhooks:AttemptTimeout</c>, 15 s by default: from looking up the name to the head of the answer.</param>
/// <param name="LookEvery"><c>Webhooks:LookEvery</c>, 1 s by default: how often is looked for what has come due; new work is started at once.</param>
/// <param name="KeptFor"><c>Webhooks:KeptFor</c>, 30 days by default: how long is told of what was delivered or superseded.</param>
internal sealed record WebhookSettings(IReadOnlyList<IPNetwork> AllowedNetworks, bool AllowHttp, TimeSpan AttemptTimeout, TimeSpan LookEvery, TimeSpan KeptFor)
{
    public static WebhookSettings From(IConfiguration configuration) => new(
        Networks.Of(configuration, "Webhooks:AllowedNetworks"),
        configuration.GetValue("Webhooks:AllowHttp", false),
        configuration.GetValue("Webhooks:AttemptTimeout", TimeSpan.FromSeconds(15)),
        configuration.GetValue("Webhooks:LookEvery", TimeSpan.FromSeconds(1)),
        configuration.GetValue("Webhooks:KeptFor", TimeSpan.FromDays(30)));
}
