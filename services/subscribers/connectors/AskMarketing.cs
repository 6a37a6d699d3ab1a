using System.Net.Http.Headers;
using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;

namespace Consent.Connectors;

/// <param name="Subjects">The ids of the address; null for what is no address.</param>
internal sealed record CheckedAddress(string? Address, bool Permitted, string Reason, IReadOnlyList<string>? Subjects)
{
    /// <summary>What is no address.</summary>
    public const string Invalid = "invalid-address";

    /// <summary>What marketing's word means for a mailing system.</summary>
    public Here Here => Reason switch
    {
        _ when Permitted => Here.Yes,
        "suppressed" or "complained" or "bounced" or "erased" or "withdrawn" or "refused" or "objected" => Here.No,
        "no-basis" or "unproven" or "expired" or "ask-again" or "retired-site" or DeclaredNoMore.Reason => Here.Nothing,
        _ => Here.Unknown,
    };
}

/// <param name="At">When it was said there; null for now.</param>
internal sealed record OptOutHere(string Address, DateTimeOffset? At);

/// <summary>
/// Asks marketing what is permitted, and tells it of opt-outs, over HTTP with a token as any other system of the controller: so this service holds no
/// key of addresses, and there is one place that decides.
/// </summary>
internal sealed class AskMarketing(ConnectorSettings settings, DeclaredNoMore gone, TimeProvider time) : IDisposable
{
    /// <summary>Marketing takes more, and answers so many as a whole.</summary>
    public const int AtOnce = 1000;

    public const string ConfirmedSince = "confirmed-since";
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { Timeout = TimeSpan.FromSeconds(30) };

    private sealed record CheckAnswer(IReadOnlyList<CheckedAddress> Results);

    private sealed record OptOutAnswer(IReadOnlyList<OptOutResult> Results);

    private sealed record OptOutResult(string? Address, string Outcome);

    private sealed record OptOutBody(string? Topic, string Source, string? Cause, IReadOnlyList<OptOutItem> OptOuts);

    private sealed record OptOutItem(string Address, DateTimeOffset? OptedOutAt);

    /// <summary>
    /// Each of the addresses, in their order; for a topic that is not declared any more, see <see cref="DeclaredNoMore"/>. Null where marketing alone knows
    /// no such topic: it has heard of another declaration than this service.
    /// </summary>
    public async Task<IReadOnlyList<CheckedAddress>?> CheckAsync(string site, string topic, IReadOnlyList<string> addresses, CancellationToken cancel)
    {
        if (await AnswersAsync(site, topic, addresses, cancel) is { } answers) return answers;
        if (!gone.Is(site, topic)) return null;
        if (gone.Another(site) is not { } another) return [.. addresses.Select(address => new CheckedAddress(address, false, DeclaredNoMore.Reason, null))];
        return await AnswersAsync(site, another, addresses, cancel) is { } others ? [.. others.Select(DeclaredNoMore.Of)] : null;
    }

    private async Task<IReadOnlyList<CheckedAddress>?> AnswersAsync(string site, string topic, IReadOnlyList<string> addresses, CancellationToken cancel)
    {
        var results = new List<CheckedAddress>(addresses.Count);
        // One call for none, too: it tells whether marketing can be asked.
        foreach (var some in addresses.Count == 0 ? [[]] : addresses.Chunk(AtOnce))
        {
            var (status, answer) = await PostAsync<CheckAnswer>($"v1/sites/{site}/marketing/check", new { topic, addresses = some, subjects = true }, cancel);
            if (status == StatusCodes.Status422UnprocessableEntity) return null;
            if (answer?.Results is not { } told || told.Count != some.Length) throw new CallFailedException($"{CallOutcome.Marketing}{CallOutcome.Unreadable}", status);
            results.AddRange(told);
        }
        return results;
    }

    /// <summary>What became of each, in their order.</summary>
    /// <param name="topic">Null for everything.</param>
    public async Task<IReadOnlyList<string>> OptOutAsync(
        string site, string? topic, string? cause, string source, IReadOnlyList<OptOutHere> optOuts, CancellationToken cancel)
    {
        var outcomes = new List<string>(optOuts.Count);
        foreach (var some in optOuts.Chunk(AtOnce))
        {
            var body = new OptOutBody(topic, source, cause, [.. some.Select(o => new OptOutItem(o.Address, o.At))]);
            var (status, answer) = await PostAsync<OptOutAnswer>($"v1/sites/{site}/marketing/opt-outs", body, cancel);
            if (answer?.Results is not { } told || told.Count != some.Length) throw new CallFailedException($"{CallOutcome.Marketing}{CallOutcome.Refused}", status);
            outcomes.AddRange(told.Select(t => t.Outcome));
        }
        return outcomes;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The answer; null for a 422, which is about what was asked.</summary>
    private async Task<(int Status, T? Answer)> PostAsync<T>(string path, object body, CancellationToken cancel) where T : class
    {
        if (settings.Marketing is not { } marketing) throw new CallFailedException($"{CallOutcome.Marketing}unset");
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(marketing, path));
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), ContractJson.Options));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(cancel));
            using var response = await _http.SendAsync(request, cancel);
            var status = (int)response.StatusCode;
            if (status == StatusCodes.Status422UnprocessableEntity) return (status, null);
            if (!response.IsSuccessStatusCode)
            {
                var asked = response.Headers.NonValidated.TryGetValues("Retry-After", out var headers) ? headers.FirstOrDefault() : null;
                var outcome = status is 401 or 403 ? CallOutcome.Unauthorised : status == 429 ? CallOutcome.Throttled : status < 500 ? CallOutcome.Refused : CallOutcome.Failed;
                throw new CallFailedException($"{CallOutcome.Marketing}{outcome}", status, RetrySchedule.Asked(asked, time.Now()));
            }
            return (status, JsonSerializer.Deserialize<T>(await response.Content.ReadAsByteArrayAsync(cancel), ContractJson.Options));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CallFailedException($"{CallOutcome.Marketing}{CallOutcome.Timeout}");
        }
        catch (JsonException)
        {
            throw new CallFailedException($"{CallOutcome.Marketing}{CallOutcome.Unreadable}");
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw new CallFailedException($"{CallOutcome.Marketing}{CallOutcome.Unreachable}");
        }
    }

    private async Task<string> TokenAsync(CancellationToken cancel) => settings.Token
        ?? (settings.TokenFile is { } file ? (await File.ReadAllTextAsync(file, cancel)).Trim() : throw new CallFailedException($"{CallOutcome.Marketing}unset"));
}
