using System.Net.Http.Headers;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// An auditor's look at somebody here is noted by audit, in the verifiable log, before it is answered: audit is asked at <c>Marketing:Audit</c> (its address, or the gateway's) with the
/// auditor's own token, so that he stands there as the one who looked, and nothing is told that was not noted. Looks of marketing's own people are the controller's own processing.
/// </summary>
internal sealed class NoteLook(IConfiguration configuration) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2), AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Null when it is noted, or need not be; else what is to be answered in the place of what was asked for.</summary>
    public async Task<IResult?> RunAsync(HttpContext asked, Look look, CancellationToken cancel)
    {
        if (asked.User.HasScope("marketing")) return null;
        if (configuration["Marketing:Audit"] is not { Length: > 0 } audit || !Uri.TryCreate($"{audit.TrimEnd('/')}/v1/audit/looks", UriKind.Absolute, out var uri))
            return Problems.Because(503, "audit-unset", "A look of an auditor cannot be noted here, so nothing is shown.", "Have the operator of this service set Marketing:Audit to the address of audit.");
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, uri);
            request.Content = new ByteArrayContent(ContractJson.Write(look));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.TryAddWithoutValidation("Authorization", asked.Request.Headers.Authorization.ToString());
            using var response = await _http.SendAsync(request, cancel);
            switch ((int)response.StatusCode)
            {
                case StatusCodes.Status204NoContent:
                    return null;
                case StatusCodes.Status401Unauthorized:
                    return Problems.Because(401, "token-over", "The token with which you came is over.", "Sign in again, or send a fresh token; nothing was looked up.");
                case StatusCodes.Status403Forbidden:
                    return Problems.Because(403, "person-restricted", "What is held of this person is restricted.", "Have a privacy officer ask audit, by POST /v1/audit/timeline and with a reason.");
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // As below.
        }

        return Problems.Because(503, "audit-away", "The look cannot be noted just now, so nothing is shown.", "Try again in a few seconds.");
    }

    public void Dispose() => _http.Dispose();

    /// <param name="What"><c>address</c> or <c>opt-in-proof</c>.</param>
    /// <param name="Subjects">Ids of the person.</param>
    /// <param name="Record">Id of the record that is shown.</param>
    internal sealed record Look(string Site, string What, IReadOnlyList<string> Subjects, string? Record = null, string? Reason = null);
}
