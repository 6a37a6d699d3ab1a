using System.Globalization;
using System.Net;
using Consent.UnsubscribeLinks;
using MailKit.Security;
using MimeKit;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The mail server that takes confirmation mails. Settings: <c>Mail:Smtp</c> (host:port; without it none is sent, and opt-ins from a page are
/// refused), <c>Mail:From</c> (an address, with or without a name; without one the mail bears the controller's), <c>Mail:User</c> and
/// <c>Mail:Password</c> where the server wants them, <c>Mail:Tls</c>: <c>starttls</c> (default), <c>tls</c> from the first byte, or <c>none</c> on
/// one's own machine alone.
/// </summary>
public sealed record MailSettings(string Host, int Port, SecureSocketOptions Tls, MailboxAddress From, string? User, string? Password)
{
    /// <summary>Null without <c>Mail:Smtp</c>. Throws <see cref="InvalidOperationException"/>, which says what to set, for what no mail can be sent with.</summary>
    public static MailSettings? Of(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (Setting(settings, "Smtp") is not { } server) return null;
        var (host, port) = HostAndPort(server)
            ?? throw new InvalidOperationException("Set Mail:Smtp to the host and the port of a mail server, such as mail.example.org:587.");
        if (!MailboxAddress.TryParse(Setting(settings, "From") ?? "", out var from) || !EmailAddress.TryNormalise(from.Address, out var address))
            throw new InvalidOperationException("Set Mail:From to the address that confirmation mails come from, such as newsletter@example.org.");
        var tls = Setting(settings, "Tls") switch
        {
            null or "starttls" => SecureSocketOptions.StartTls,
            "tls" => SecureSocketOptions.SslOnConnect,
            "none" when IsLoopback(host) => SecureSocketOptions.None,
            _ => throw new InvalidOperationException("Set Mail:Tls to starttls or tls; none is for a mail server on one's own machine alone."),
        };
        var (user, password) = (Setting(settings, "User"), Setting(settings, "Password"));
        return (user is null) == (password is null)
            ? new MailSettings(host, port, tls, new MailboxAddress(from.Name, address), user, password)
            : throw new InvalidOperationException("Set Mail:User and Mail:Password, or neither of them.");
    }

    /// <summary>
    /// <c>Mail:AllowUnconfirmed</c>, for development only: without a mail server, opt-ins from a page are noted as unproven, which are not mailed either,
    /// instead of being refused.
    /// </summary>
    public static bool AllowsUnconfirmed(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return string.Equals(Setting(settings, "AllowUnconfirmed"), "true", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static string? Setting(IConfiguration settings, string name) => settings[$"Mail:{name}"] is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    private static (string Host, int Port)? HostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > ushort.MaxValue) return null;
        var host = text[..colon].Trim('[', ']');
        if (Uri.CheckHostName(host) is UriHostNameType.Unknown) return null;
        return (host, port);
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
