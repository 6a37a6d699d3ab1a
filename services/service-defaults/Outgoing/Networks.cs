using System.Net;
using Microsoft.Extensions.Configuration;

namespace Consent.ServiceDefaults.Outgoing;

/// <summary>Networks that an operator opens although <see cref="ForbiddenTargets"/> names them: a list of CIDRs, also comma-separated in one value.</summary>
public static class Networks
{
    /// <param name="setting">Its name, such as <c>Webhooks:AllowedNetworks</c>.</param>
    /// <exception cref="InvalidOperationException">One of them is no network.</exception>
    public static IReadOnlyList<IPNetwork> Of(IConfiguration configuration, string setting)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(setting);
        return
        [
            .. section.GetChildren().Select(c => c.Value).Append(section.Value).OfType<string>()
                .SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Select(text => IPNetwork.TryParse(text, out var network)
                    ? network
                    : throw new InvalidOperationException($"{setting} holds '{text}', which is no network: write it as 10.1.0.0/16 or fd00:1::/32.")),
        ];
    }
}
