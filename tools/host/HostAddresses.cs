namespace Consent.Host;

/// <param name="Gateway">Where the gateway listens, and how browsers reach it.</param>
/// <param name="Demo">Where the demonstration pages listen: an origin of their own.</param>
/// <param name="Data">The data folder, as a full path.</param>
public sealed record HostAddresses(Uri Gateway, Uri Demo, string Data)
{
    public string GatewayOrigin => Gateway.GetLeftPart(UriPartial.Authority);

    public string DemoOrigin => Demo.GetLeftPart(UriPartial.Authority);

    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri.PathAndQuery == "/" && uri.Fragment.Length == 0;
}
