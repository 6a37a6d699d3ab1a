using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmtpServer;

namespace Consent.MailGate;

/// <summary>
/// The certificate as its two PEM files hold it when a session turns to TLS, so that one that was renewed needs no restart. What cannot be read, as while only
/// one of the two has been written, changes nothing: the one before holds.
/// </summary>
internal sealed class CertificateFiles : ICertificateFactory
{
    private readonly Lock _gate = new();
    private readonly (string Certificate, string Key) _files;
    private readonly ILogger _log;
    private (string Certificate, string Key) _texts;
    private X509Certificate2 _certificate;

    /// <summary>Throws when they cannot be read.</summary>
    public CertificateFiles(string certificate, string key, ILogger log)
    {
        (_files, _log) = ((certificate, key), log);
        _texts = Read();
        _certificate = X509Certificate2.CreateFromPem(_texts.Certificate, _texts.Key);
    }

    public X509Certificate GetServerCertificate(ISessionContext sessionContext)
    {
        lock (_gate)
        {
            try
            {
                var texts = Read();
                if (texts == _texts) return _certificate;
                _certificate = X509Certificate2.CreateFromPem(texts.Certificate, texts.Key);
                _texts = texts;
                _log.LogInformation("The certificate was renewed.");
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
            {
                _log.LogWarning("The certificate cannot be read anew ({Kind}); the one before holds.", e.GetType().Name);
            }
            return _certificate;
        }
    }

    private (string Certificate, string Key) Read() => (File.ReadAllText(_files.Certificate), File.ReadAllText(_files.Key));
}
