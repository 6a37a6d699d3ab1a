using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Consent.MailGate;

/// <summary>
/// Where the gate listens and whom it asks. Settings: <c>MailGate:Listen</c>, address and port (<c>127.0.0.1:2525</c> unless set); <c>MailGate:Certificate</c>
/// and <c>MailGate:CertificateKey</c>, PEM files, without which it listens on one's own machine alone; <c>MailGate:Name</c>, its name in the greeting and in
/// what it adds to a mail (<c>mail-gate</c>); <c>MailGate:Marketing</c>, the address of the marketing service or of the gateway; <c>MailGate:Token</c>, a bearer
/// token of scope <c>marketing</c>, or <c>MailGate:TokenFile</c>, a file with one, read for each question, so that whoever renews it need tell nobody;
/// <c>MailGate:LargestMail</c> in bytes (25 MiB); <c>MailGate:CountEvery</c> (a time span, 5 minutes); <c>MailGate:SignInWithin</c> (30 seconds), after which whoever has not is
/// cut off.
/// </summary>
/// <param name="Token">One of this and <paramref name="TokenFile"/> is set.</param>
public sealed record GateSettings(
    IPEndPoint Listen, string? Certificate, string? CertificateKey, string Name, Uri Marketing, string? Token, string? TokenFile, int LargestMail, TimeSpan CountEvery,
    TimeSpan SignInWithin)
{
    private static readonly TimeSpan LongestSignIn = TimeSpan.FromMinutes(10);

    /// <summary>Passwords go in clear here: no other machine hears them.</summary>
    public bool IsOnLoopback => IPAddress.IsLoopback(Listen.Address);

    /// <summary>Throws <see cref="InvalidOperationException"/>, which says what to set, for what no mail can be taken with.</summary>
    public static GateSettings Of(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (!IPEndPoint.TryParse(settings["MailGate:Listen"] ?? "127.0.0.1:2525", out var listen) || listen.Port == 0)
            throw new InvalidOperationException("Set MailGate:Listen to an address and a port, such as 127.0.0.1:2525 or [::]:587.");
        var (certificate, key) = (settings["MailGate:Certificate"], settings["MailGate:CertificateKey"]);
        if ((certificate is null) != (key is null)) throw new InvalidOperationException("Set MailGate:Certificate and MailGate:CertificateKey, or neither of them.");
        if (certificate is null && !IPAddress.IsLoopback(listen.Address))
            throw new InvalidOperationException("Set MailGate:Certificate and MailGate:CertificateKey: beyond one's own machine streams sign in over TLS alone.");
        if (certificate is not null && key is not null) Try(certificate, key);
        if (!Uri.TryCreate(settings["MailGate:Marketing"], UriKind.Absolute, out var marketing) || marketing.Scheme is not ("https" or "http") || marketing.PathAndQuery != "/")
            throw new InvalidOperationException("Set MailGate:Marketing to the address of the marketing service or of the gateway, such as https://consent.example.org/.");
        var (token, tokenFile) = (Given(settings["MailGate:Token"]), Given(settings["MailGate:TokenFile"]));
        if (token is null && tokenFile is null)
            throw new InvalidOperationException("Set MailGate:TokenFile to a file with a bearer token of scope marketing, or MailGate:Token to the token.");
        var signInWithin = settings.GetValue("MailGate:SignInWithin", TimeSpan.FromSeconds(30));
        if (signInWithin <= TimeSpan.Zero || signInWithin > LongestSignIn)
            throw new InvalidOperationException("Set MailGate:SignInWithin to more than nothing and at most ten minutes, such as 00:00:30.");
        return new GateSettings(
            listen, certificate, key, settings["MailGate:Name"] ?? "mail-gate", marketing, token, tokenFile,
            settings.GetValue("MailGate:LargestMail", 25 << 20),
            settings.GetValue("MailGate:CountEvery", TimeSpan.FromMinutes(5)),
            signInWithin);
    }

    /// <summary>Without the token.</summary>
    public override string ToString() => $"{Listen}";

    private static void Try(string certificate, string key)
    {
        try
        {
            X509Certificate2.CreateFromPemFile(certificate, key).Dispose();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException("Set MailGate:Certificate and MailGate:CertificateKey to PEM files of a certificate and of its key: these cannot be read.", e);
        }
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
