using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Consent.Cli.Logs;

/// <summary>Asks a gateway, with a token where there is one, and waits where it is told to: a log is read in many thousand pieces.</summary>
/// <param name="token">Asked for each request, since a token that is made here lives for minutes; null for none.</param>
internal sealed class PatientClient(Func<string?> token) : IDisposable
{
    private const int MostTries = 10;

    /// <summary>More than the largest bundle of entries can have: 256 of 65,535 bytes.</summary>
    private const long LargestAnswer = 17 << 20;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1), MaxResponseContentBufferSize = LargestAnswer };

    /// <summary>
    /// Whatever is answered but 429 and 503, for which it waits and asks again, ten times at most. Throws <see cref="HttpRequestException"/> where nobody answers, and
    /// <see cref="FormatException"/> for an answer larger than any can be.
    /// </summary>
    public Task<HttpResponseMessage> GetAsync(Uri address, CancellationToken cancel) => SendAsync(address, () => new HttpRequestMessage(HttpMethod.Get, address), cancel);

    /// <summary>The same of a question that is too long for an address, and changes nothing.</summary>
    public Task<HttpResponseMessage> PostAsync(Uri address, JsonNode question, CancellationToken cancel) => SendAsync(
        address, () => new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(question.ToJsonString(), Encoding.UTF8, "application/json") }, cancel);

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri address, Func<HttpRequestMessage> made, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            using var request = made();
            if (token() is { } bearer) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            HttpResponseMessage answer;
            try
            {
                answer = await _http.SendAsync(request, cancel);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
            {
                throw new FormatException($"What {address.AbsolutePath} answers is larger than anything that a log has.", e);
            }

            if (answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) || tries == MostTries) return answer;
            var pause = answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            answer.Dispose();
            await Task.Delay(pause < LongestPause ? pause : LongestPause, TimeProvider.System, cancel);
        }
    }
}
