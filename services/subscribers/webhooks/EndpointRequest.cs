using System.Net;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Webhooks;

/// <summary>What an owner says of an endpoint; <paramref name="Site"/> when it is made, and never again.</summary>
internal sealed record EndpointRequest(string? Site, string? Url, string? Mode, string? Description)
{
    private const int LongestUrl = 2000;
    private const int LongestDescription = 200;

    /// <summary>The address and the mode; or what is wrong with them.</summary>
    public (Uri? Url, string Mode, ProblemHttpResult? Problem) Check(WebhookSettings settings)
    {
        var mode = Mode ?? CloudEvent.Structured;
        if (mode is not (CloudEvent.Structured or CloudEvent.Binary))
            return (null, mode, Problems.Invalid("webhook-mode", "The mode is unknown.", "Set mode to structured or binary, or leave it out for structured."));
        if (Description?.Length > LongestDescription)
            return (null, mode, Problems.Invalid("webhook-description", "The description is too long.", $"Use at most {LongestDescription} characters."));
        // PostgreSQL keeps no such text.
        if (Description?.Contains('\0', StringComparison.Ordinal) is true)
            return (null, mode, Problems.Invalid("webhook-description", "The description holds a character that cannot be kept.", "Leave out the character U+0000."));
        if (Url is null || Url.Length > LongestUrl || !Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http")
            || url.UserInfo.Length > 0 || url.Fragment.Length > 0 || url.Host.Length == 0)
            return (null, mode, Problems.Invalid("webhook-url", "The address of the endpoint is missing or malformed.",
                $"Set url to an absolute https address without user or fragment, at most {LongestUrl} characters."));
        if (url.Scheme != Uri.UriSchemeHttps && !settings.AllowHttp)
            return (null, mode, Problems.Invalid("webhook-url-insecure", "The address does without TLS.", "Use an https address; http is taken only where the operator allows it."));
        // A name is looked up when it is called, and not before; an address in the address can be told at once.
        if (IPAddress.TryParse(url.IdnHost, out var address) && ForbiddenTargets.Contain(address, settings.AllowedNetworks))
            return (null, mode, Problems.Invalid("webhook-target-forbidden", "The address is not one of the public internet.",
                "Use a public address, or ask the operator to add the network to Webhooks:AllowedNetworks."));
        return (url, mode, null);
    }
}
