using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace Consent.ServiceDefaults.Development;

/// <summary>Whether a code may be exchanged for tokens, as RFC 6749 section 4.1.3 and RFC 7636 section 4.6 want it; pure.</summary>
internal static partial class CodeExchange
{
    /// <summary>Null when all is in order; else the error by its name in RFC 6749 section 5.2, and what to do.</summary>
    /// <param name="grant">What the code stands for; null for one that is unknown, was used, or is too old.</param>
    public static (string Error, string Description)? FaultOf(IFormCollection form, AuthorizationGrant? grant)
    {
        if (form.Any(f => f.Value.Count > 1)) return ("invalid_request", "Send each parameter once.");
        if (One(form, "grant_type") is not { } type) return ("invalid_request", "Send grant_type=authorization_code.");
        if (type != "authorization_code") return ("unsupported_grant_type", "Send grant_type=authorization_code.");
        foreach (var name in (string[])["code", "client_id", "redirect_uri", "code_verifier"])
            if (One(form, name) is null) return ("invalid_request", $"Send {name}.");
        if (grant is null) return ("invalid_grant", "The code is unknown, was used, or is too old: sign in again.");
        if (One(form, "client_id") != grant.Request.ClientId) return ("invalid_grant", "The code was given to another client.");
        if (One(form, "redirect_uri") != grant.Request.RedirectUri) return ("invalid_grant", "Send redirect_uri as it was sent before.");
        return Verifies(One(form, "code_verifier")!, grant.Request.CodeChallenge) ? null : ("invalid_grant", "Send the code_verifier that the challenge was made from.");
    }

    /// <summary>In a time that tells nothing of where they differ.</summary>
    internal static bool Verifies(string verifier, string challenge) =>
        Verifier().IsMatch(verifier)
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))), Encoding.ASCII.GetBytes(challenge));

    private static string? One(IFormCollection form, string name) => form[name] is { Count: 1 } values && !string.IsNullOrEmpty(values[0]) ? values[0] : null;

    [GeneratedRegex(@"^[A-Za-z0-9._~-]{43,128}\z")]
    private static partial Regex Verifier();
}
