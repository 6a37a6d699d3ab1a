using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Consent.ServiceDefaults.Development;

/// <summary>
/// What a client asks at <c>/authorize</c>, once it was found in order: RFC 6749 section 4.1.1, RFC 7636 (S256 and nothing else) and OpenID Connect Core 1.0 section 3.1.2.1.
/// </summary>
/// <param name="RedirectUri">As it was sent, which the exchange of the code repeats letter for letter.</param>
internal sealed partial record AuthorizationRequest(string ClientId, string RedirectUri, string? State, string? Nonce, string CodeChallenge)
{
    private const int LongestNonce = 500;

    /// <summary>The origin to which the answer goes.</summary>
    public string ReturnOrigin => new Uri(RedirectUri).GetLeftPart(UriPartial.Authority);

    /// <summary>The request, or its fault. With a client or an address that is not in order, the fault goes back nowhere: who sent it is not known.</summary>
    public static (AuthorizationRequest? Request, AuthorizationFault? Fault) Read(IQueryCollection query, string ownOrigin)
    {
        if (One(query, "client_id") is not { } client || !ClientName().IsMatch(client))
            return (null, new AuthorizationFault("invalid_request", "Send client_id once: letters, digits, dots, colons, hyphens and underscores, at most 100."));
        if (One(query, "redirect_uri") is not { } address || !MayReturnTo(address, ownOrigin))
            return (null, new AuthorizationFault("invalid_request", "Send redirect_uri once: an http or https address on this machine, without a fragment."));
        var state = One(query, "state");
        return FaultOf(query) is { } fault
            ? (null, fault with { ReturnTo = address, State = state })
            : (new AuthorizationRequest(client, address, state, One(query, "nonce"), One(query, "code_challenge")!), null);
    }

    /// <summary>Only addresses on this machine: a code that goes elsewhere would be somebody else's.</summary>
    public static bool MayReturnTo(string address, string ownOrigin) =>
        address.All(c => c is > ' ' and < '\u007f' and not '\\' and not '#') && Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.UserInfo.Length == 0
        && (Loopback.IsHostOf(uri) || uri.GetLeftPart(UriPartial.Authority) == ownOrigin);

    /// <summary>The address to return to, with what is told in its query.</summary>
    public static string AnswerAddress(string returnTo, string? state, params IEnumerable<(string Name, string Value)> told)
    {
        var all = told.Select(t => KeyValuePair.Create(t.Name, (string?)t.Value));
        if (state is not null) all = all.Append(KeyValuePair.Create("state", (string?)state));
        return QueryHelpers.AddQueryString(new Uri(returnTo).AbsoluteUri, all);
    }

    private static AuthorizationFault? FaultOf(IQueryCollection query)
    {
        if (query.Any(p => p.Value.Count > 1)) return new AuthorizationFault("invalid_request", "Send each parameter once.");
        if (query.ContainsKey("request")) return new AuthorizationFault("request_not_supported", "Send the parameters themselves.");
        if (query.ContainsKey("request_uri")) return new AuthorizationFault("request_uri_not_supported", "Send the parameters themselves.");
        if (One(query, "response_type") is not { } type) return new AuthorizationFault("invalid_request", "Send response_type=code.");
        if (type != "code") return new AuthorizationFault("unsupported_response_type", "Send response_type=code.");
        if (One(query, "response_mode") is not (null or "query")) return new AuthorizationFault("invalid_request", "The answer comes in the query.");
        if (!(One(query, "scope") ?? "").Split(' ').Contains("openid", StringComparer.Ordinal)) return new AuthorizationFault("invalid_scope", "Ask for the scope openid.");
        if (One(query, "code_challenge_method") != "S256" || !Challenge().IsMatch(One(query, "code_challenge") ?? ""))
            return new AuthorizationFault("invalid_request", "Send code_challenge with code_challenge_method=S256 (RFC 7636).");
        if (One(query, "nonce")?.Length > LongestNonce) return new AuthorizationFault("invalid_request", "Send a shorter nonce.");
        if ((One(query, "prompt") ?? "").Split(' ').Contains("none", StringComparer.Ordinal)) return new AuthorizationFault("login_required", "Nobody stays signed in here.");
        return null;
    }

    private static string? One(IQueryCollection query, string name) => query[name] is { Count: 1 } values && !string.IsNullOrEmpty(values[0]) ? values[0] : null;

    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,100}\z")]
    private static partial Regex ClientName();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{43}\z")]
    private static partial Regex Challenge();
}

/// <param name="Error">By its name in RFC 6749 or OpenID Connect Core.</param>
/// <param name="ReturnTo">Null when it is shown here instead.</param>
internal sealed record AuthorizationFault(string Error, string Description, string? ReturnTo = null, string? State = null);
