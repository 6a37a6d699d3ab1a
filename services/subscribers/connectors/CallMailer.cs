using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Connectors;

/// <summary>A mailing system, or marketing, could not be asked or told something. The message names nobody.</summary>
/// <param name="outcome">See <see cref="CallOutcome"/>.</param>
/// <param name="status">The HTTP status; null when none came.</param>
/// <param name="retryAfter">How long it asked to be left alone.</param>
/// <param name="isForGood">To try again is of no use.</param>
internal sealed class CallFailedException(string outcome, int? status = null, TimeSpan? retryAfter = null, bool isForGood = false, string? error = null)
    : Exception($"A call failed: {outcome} {status}.")
{
    public string Outcome => outcome;

    public int? Status => status;

    public TimeSpan? RetryAfter => retryAfter;

    public bool IsForGood => isForGood;

    /// <summary>What the system calls the fault, if it does; may name a person, and is for comparing only.</summary>
    public string? Error => error;

    /// <summary>It is about the contact or the request, and others may go through.</summary>
    public bool IsAboutOne => outcome is CallOutcome.Refused or CallOutcome.NeedsThePerson;
}

internal static class CallOutcome
{
    /// <summary>4xx: the system does not do this.</summary>
    public const string Refused = "refused";

    /// <summary>401 or 403: the account is not, or no longer, good for it.</summary>
    public const string Unauthorised = "unauthorised";

    public const string Throttled = "throttled";

    /// <summary>5xx.</summary>
    public const string Failed = "failed";

    /// <summary>3xx, which is never followed.</summary>
    public const string Redirect = "redirect";

    public const string Timeout = "timeout";
    public const string TargetForbidden = "target-forbidden";
    public const string Tls = "tls";
    public const string Unreachable = "unreachable";

    /// <summary>The answer is not what its maker's documentation says.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The system lets nobody but the person subscribe again.</summary>
    public const string NeedsThePerson = "needs-the-person";

    /// <summary>The contact is stopped as a whole there, and only its topic was confirmed here.</summary>
    public const string StoppedThere = "stopped-there";

    /// <summary>Before an outcome: of a call to marketing.</summary>
    public const string Marketing = "marketing-";
}

/// <summary>Calls mailing systems, and only where they may be. Nothing of it is logged.</summary>
internal sealed class CallMailer(GuardedConnect connect, ConnectorSettings settings, TimeProvider time) : IDisposable
{
    private const int LargestAnswer = 32 << 20;
    private const int LargestFault = 64 << 10;
    private readonly HttpMessageInvoker _http = new(connect.Handler(), disposeHandler: true);

    /// <summary>The JSON of a 2xx; undefined for none.</summary>
    /// <exception cref="CallFailedException">For anything else.</exception>
    public async Task<JsonElement> JsonAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var bytes = await BytesAsync(request, cancel);
        return bytes.Length == 0 ? default : Parsed(bytes) ?? throw new CallFailedException(CallOutcome.Unreadable);
    }

    public async Task<byte[]> BytesAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        if (request.RequestUri!.Scheme != Uri.UriSchemeHttps && !settings.AllowHttp) throw new CallFailedException(CallOutcome.TargetForbidden);
        request.Headers.UserAgent.ParseAdd("Consent-Connectors/1.0");
        request.Headers.Accept.ParseAdd("application/json");
        using var limit = new CancellationTokenSource(settings.AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            using var response = await _http.SendAsync(request, either.Token);
            var isDone = response.IsSuccessStatusCode;
            var body = await ReadAsync(response, isDone ? LargestAnswer : LargestFault, either.Token);
            return isDone && body is not null ? body : throw (isDone ? new CallFailedException(CallOutcome.Unreadable) : FaultOf(response, body));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CallFailedException(CallOutcome.Timeout);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            throw new CallFailedException(Causes(failed).OfType<RefusedTargetException>().Any() ? CallOutcome.TargetForbidden
                : failed is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } ? CallOutcome.Tls
                : CallOutcome.Unreachable);
        }
    }

    public void Dispose() => _http.Dispose();

    private CallFailedException FaultOf(HttpResponseMessage response, byte[]? body)
    {
        var status = (int)response.StatusCode;
        var outcome = status switch
        {
            < 400 => CallOutcome.Redirect,
            401 or 403 => CallOutcome.Unauthorised,
            429 => CallOutcome.Throttled,
            < 500 => CallOutcome.Refused,
            _ => CallOutcome.Failed,
        };
        // As it came: the framework hands over only what it can read. Of several the longest.
        string[] asked = response.Headers.NonValidated.TryGetValues("Retry-After", out var headers) ? [.. headers] : [];
        var now = time.Now();
        var fault = body is { Length: > 0 } ? Parsed(body) : null;
        return new(outcome, status, asked.Max(header => RetrySchedule.Asked(header, now)), error: fault?.Text("title") ?? fault?.Text("message") ?? fault?.Text("__type"));
    }

    /// <summary>Null when it is longer than that.</summary>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancel)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        using var kept = new MemoryStream();
        var buffer = new byte[32 << 10];
        while (await body.ReadAsync(buffer, cancel) is > 0 and var got)
        {
            if (kept.Length + got > most) return null;
            await kept.WriteAsync(buffer.AsMemory(0, got), cancel);
        }
        return kept.ToArray();
    }

    private static JsonElement? Parsed(byte[] bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<Exception> Causes(Exception? e)
    {
        for (; e is not null; e = e.InnerException) yield return e;
    }
}
