using System.Globalization;
using MailKit.Security;

namespace Consent.MailGate;

/// <summary>
/// The mail server to which everything is handed that passes. Settings: <c>MailGate:Next</c> (host:port), <c>MailGate:NextTls</c>: <c>starttls</c>
/// (default), <c>tls</c> from the first byte, or <c>none</c> on one's own machine alone; <c>MailGate:NextUser</c> and <c>MailGate:NextPassword</c> where
/// it wants them.
/// </summary>
public sealed record NextHopSettings(string Host, int Port, SecureSocketOptions Tls, string? User, string? Password)
{
    /// <summary>Throws <see cref="InvalidOperationException"/>, which says what to set, for what no mail can be handed on with.</summary>
    public static NextHopSettings Of(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (!Uri.TryCreate($"smtp://{settings["MailGate:Next"]}", UriKind.Absolute, out var next) || next.Port < 1 || next.Host.Length == 0
            || next.UserInfo.Length > 0 || next.AbsolutePath is not ("" or "/"))
            throw new InvalidOperationException("Set MailGate:Next to the host and the port of the mail server behind the gate, such as mail.example.org:587.");
        var tls = settings["MailGate:NextTls"] switch
        {
            null or "starttls" => SecureSocketOptions.StartTls,
            "tls" => SecureSocketOptions.SslOnConnect,
            "none" when next.IsLoopback => SecureSocketOptions.None,
            _ => throw new InvalidOperationException("Set MailGate:NextTls to starttls or tls; none is for a mail server on one's own machine alone."),
        };
        var (user, password) = (settings["MailGate:NextUser"], settings["MailGate:NextPassword"]);
        return (user is null) == (password is null)
            ? new NextHopSettings(next.DnsSafeHost, next.Port, tls, user, password)
            : throw new InvalidOperationException("Set MailGate:NextUser and MailGate:NextPassword, or neither of them.");
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
