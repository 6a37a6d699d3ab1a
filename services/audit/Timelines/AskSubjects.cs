using System.Net.Http.Headers;
using System.Text.Json;
using Consent.Audit.Pages;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Timelines;

/// <summary>
/// The ids of an address. The keys that make them are marketing's alone, so marketing is asked, at <c>Audit:Marketing</c>, with the token of whoever asks audit (of a page, that of
/// his session) and the reason that he gave: what that does not open there, it does not open here. The address is kept nowhere, and stands in no URL.
/// </summary>
internal sealed class AskSubjects(IConfiguration configuration) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Newest key first; or what is to be answered instead.</summary>
    public async Task<(IReadOnlyList<string>? Subjects, IResult? Problem)> OfAsync(string site, string address, string reason, HttpContext asked, CancellationToken cancel)
    {
        var path = $"/v1/sites/{Uri.EscapeDataString(site)}/marketing/subjects";
        if (configuration["Audit:Marketing"] is not { Length: > 0 } marketing || !Uri.TryCreate($"{marketing.TrimEnd('/')}{path}", UriKind.Absolute, out var uri))
            return (null, Problems.Because(503, "marketing-unset", "An address cannot be looked up here.", "Ask by the subject's id, or have the operator of this service set Audit:Marketing."));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, uri);
            request.Content = new ByteArrayContent(ContractJson.Write(new Question(address, reason)));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.TryAddWithoutValidation("Authorization", await SignInSession.AuthorizationOfAsync(asked));
            using var response = await _http.SendAsync(request, cancel);
            if ((int)response.StatusCode is StatusCodes.Status401Unauthorized)
                return (null, Problems.Because(401, "token-over", "The token with which you came is over.", "Sign in again, or send a fresh token; nothing was looked up."));
            if ((int)response.StatusCode is StatusCodes.Status404NotFound) return (null, Problems.UnknownSite());
            if ((int)response.StatusCode is StatusCodes.Status422UnprocessableEntity)
                return (null, Problems.Invalid("invalid-address", "This is no address.", "Send one address of the form name@domain, without a display name, or one telephone number such as +31612345678."));
            if (response.IsSuccessStatusCode && ContractJson.Read<Answer>(await response.Content.ReadAsByteArrayAsync(cancel)).Subjects is { Count: > 0 } subjects) return (subjects, null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // As below.
        }

        return (null, Problems.Because(503, "marketing-away", "The address cannot be looked up just now.", "Try again in a few seconds, or ask by the subject's id."));
    }

    public void Dispose() => _http.Dispose();

    private sealed record Question(string Address, string Reason);

    private sealed record Answer(IReadOnlyList<string>? Subjects);
}
