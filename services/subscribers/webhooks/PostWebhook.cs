using System.Net.Http.Headers;
using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Webhooks;

/// <param name="Outcome">See <see cref="AttemptOutcome"/>.</param>
/// <param name="Status">The HTTP status; null when none came.</param>
/// <param name="RetryAfter">How long a failed receiver asked to be left alone; at most three days.</param>
internal sealed record AttemptResult(string Outcome, int? Status, TimeSpan? RetryAfter);

internal static class AttemptOutcome
{
    public const string Delivered = "delivered";

    /// <summary>410: the receiver wants no more, which an operator has to look at.</summary>
    public const string Gone = "gone";

    /// <summary>3xx, which is never followed: whoever moved changes the endpoint's address.</summary>
    public const string Redirect = "redirect";

    /// <summary>Any other status that is not 2xx.</summary>
    public const string Refused = "refused";

    public const string Timeout = "timeout";

    /// <summary>The name led to an address that may not be called, or the address lacks TLS.</summary>
    public const string TargetForbidden = "target-forbidden";

    public const string Tls = "tls";

    /// <summary>No connection, or one that broke.</summary>
    public const string Unreachable = "unreachable";
}

/// <summary>One attempt: signs, sends, and looks at the head of the answer. Nothing of it is logged.</summary>
internal sealed class PostWebhook(GuardedConnect connect, WebhookSettings settings, TimeProvider time) : IDisposable
{
    private const int MostRead = 4096;
    private static readonly ProductInfoHeaderValue Agent = new("Consent-Webhooks", "1.0");
    private readonly HttpMessageInvoker _http = new(connect.Handler(), disposeHandler: true);

    /// <param name="secrets">Those that are valid now, newest first.</param>
    public async Task<AttemptResult> SendAsync(WebhookEndpoint endpoint, CloudEvent e, IReadOnlyList<string> secrets, CancellationToken cancel)
    {
        // Allowed when it was made, perhaps; what holds is what is allowed now.
        if (endpoint.Url!.Scheme != Uri.UriSchemeHttps && !settings.AllowHttp) return new(AttemptOutcome.TargetForbidden, null, null);
        using var limit = new CancellationTokenSource(settings.AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            using var request = Request(endpoint, e, secrets);
            using var response = await _http.SendAsync(request, either.Token);
            var result = ResultOf(response);
            await ReadALittleAsync(response, either.Token);
            return result;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(AttemptOutcome.Timeout, null, null);
        }
        catch (HttpRequestException failed)
        {
            return new(Causes(failed).OfType<RefusedTargetException>().Any() ? AttemptOutcome.TargetForbidden
                : failed.HttpRequestError == HttpRequestError.SecureConnectionError ? AttemptOutcome.Tls
                : AttemptOutcome.Unreachable, null, null);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(WebhookEndpoint endpoint, CloudEvent e, IReadOnlyList<string> secrets)
    {
        var (body, contentType, headers) = e.In(endpoint.Mode);
        var timestamp = time.Now().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.UserAgent.Add(Agent);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("webhook-id", e.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", $"{timestamp}");
        request.Headers.TryAddWithoutValidation("webhook-signature", SignMessage.Signatures(secrets, e.Id, timestamp, body));
        return request;
    }

    private AttemptResult ResultOf(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var outcome = status switch
        {
            >= 200 and < 300 => AttemptOutcome.Delivered,
            >= 300 and < 400 => AttemptOutcome.Redirect,
            410 => AttemptOutcome.Gone,
            _ => AttemptOutcome.Refused,
        };
        // As it came: the framework hands over only what it can read. Of several the longest.
        string[] asked = outcome != AttemptOutcome.Delivered && response.Headers.NonValidated.TryGetValues("Retry-After", out var headers) ? [.. headers] : [];
        var now = time.Now();
        return new(outcome, status, asked.Max(header => RetrySchedule.Asked(header, now)));
    }

    /// <summary>
    /// The status has decided. A short answer is read to its end, so that the connection serves again; of any other no more is read, and
    /// the connection goes with the response.
    /// </summary>
    private static async Task ReadALittleAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancel);
            var (buffer, read) = (new byte[1024], 0);
            while (read <= MostRead && await body.ReadAsync(buffer, cancel) is > 0 and var got) read += got;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // Nothing rests on the rest of the answer.
        }
    }

    private static IEnumerable<Exception> Causes(Exception? e)
    {
        for (; e is not null; e = e.InnerException) yield return e;
    }
}
