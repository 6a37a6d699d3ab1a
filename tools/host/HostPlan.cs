using Consent.Cli;
using Consent.ServiceDefaults;

namespace Consent.Host;

/// <summary>How the applications of the one process are set up: over the settings that the environment gives to all of them.</summary>
/// <param name="Listen">Where the gateway listens.</param>
/// <param name="Data">The data folder.</param>
/// <param name="Services">Settings of the services; null for one that is not to come from the environment.</param>
/// <param name="Gateway">Those of the gateway.</param>
/// <param name="Demo">The addresses of a demonstration; null for none.</param>
internal sealed record HostPlan(string Listen, string Data, Dictionary<string, string?> Services, Dictionary<string, string?> Gateway, HostAddresses? Demo)
{
    /// <summary>On one's own machine: with the development issuer, and pages that show it.</summary>
    public static HostPlan OfADemonstration(HostAddresses options) => new(
        options.GatewayOrigin,
        options.Data,
        new(StringComparer.Ordinal)
        {
            ["Data"] = options.Data,
            ["Messaging:Transport"] = "in-memory",
            ["Auth:MetadataAddress"] = IssuerAt(options.GatewayOrigin),
            ["PublicUrl"] = options.GatewayOrigin,
            // A demonstration has no mail server: who signs up on its pages is noted, and sent nothing.
            ["Mail:AllowUnconfirmed"] = "true",
            // Whoever looks at the demonstration may check its logs.
            ["Audit:PublicLogs"] = "*",
            ["Audit:Marketing"] = options.GatewayOrigin,
            ["Marketing:Audit"] = options.GatewayOrigin,
            ["Analytics:ForwardUrl"] = $"{options.DemoOrigin}/sink",
            ["Connectors:Marketing"] = options.GatewayOrigin,
            ["Connectors:Token"] = MakeToken.Mint(options.Data, ["marketing"], [], [], TimeSpan.FromDays(365), TimeProvider.System),
        },
        new(StringComparer.Ordinal)
        {
            ["Data"] = options.Data,
            ["DevelopmentIssuer:Enabled"] = "true",
            ["Auth:MetadataAddress"] = IssuerAt(options.GatewayOrigin),
        },
        options);

    /// <summary>
    /// In a container: the gateway listens on every address, at the port <c>ASPNETCORE_HTTP_PORTS</c> (8080), and all else is what the settings say, as for the services of a cluster. What they leave
    /// out: <c>Data</c> is <c>/data</c>, <c>Audit:Checkpoints</c> is <c>/checkpoints</c>, and services ask each other through this gateway.
    /// </summary>
    public static HostPlan OfAContainer(IConfiguration settings)
    {
        var port = settings["ASPNETCORE_HTTP_PORTS"] is { Length: > 0 } set ? set : "8080";
        var self = $"http://127.0.0.1:{port}";
        var data = settings["Data"] ?? "/data";
        var metadata = settings["Auth:MetadataAddress"] ?? (settings.GetValue("DevelopmentIssuer:Enabled", false) && settings["Auth:Authority"] is null ? IssuerAt(self) : null);
        return new(
            $"http://*:{port}",
            data,
            new(StringComparer.Ordinal)
            {
                ["Data"] = data,
                ["Messaging:Transport"] = settings["Messaging:Transport"] ?? "in-memory",
                ["Auth:MetadataAddress"] = metadata,
                ["Audit:Checkpoints"] = settings["Audit:Checkpoints"] ?? "/checkpoints",
                ["Audit:Marketing"] = settings["Audit:Marketing"] ?? self,
                ["Marketing:Audit"] = settings["Marketing:Audit"] ?? self,
                ["Connectors:Marketing"] = settings["Connectors:Marketing"] ?? self,
                // Nobody comes to them but through the gateway, which has drained by then.
                ["Shutdown:DrainFor"] = null,
            },
            new(StringComparer.Ordinal)
            {
                ["Data"] = data,
                ["Auth:MetadataAddress"] = metadata,
            },
            null);
    }

    private static string IssuerAt(string gateway) => $"{gateway}{DevelopmentIssuer.Path}/.well-known/openid-configuration";
}
