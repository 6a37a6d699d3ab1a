using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Consent.Contracts;

namespace Consent.MailGate;

/// <summary>
/// Asks the marketing service whether a topic may be sent to addresses by e-mail, by its API, each time anew: an answer that was kept for a minute
/// would let a minute of mail through after an opt-out.
/// </summary>
public sealed partial class AskMarketing(GateSettings settings, ILogger<AskMarketing> log) : IDisposable
{
    /// <summary>Until everything was loaded from the consent service, it may hold a "no".</summary>
    private const string NotLoaded = "not-loaded";

    /// <summary>What the consent service told of the address cannot be read until it was loaded again, and may be a "no".</summary>
    private const string Unreadable = "unreadable";

    /// <summary>Senders wait five minutes for the answer to a recipient (RFC 5321, 4.5.3.2.3), and it should come while they still do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { Timeout = Patience };

    private sealed record Body(string Topic, string Channel, IReadOnlyList<string> Addresses);

    private sealed record Answer(IReadOnlyList<Result>? Results);

    private sealed record Result(string? Address, bool Permitted, string? Reason);

    /// <summary>Throws <see cref="MarketingAwayException"/> when it cannot be known now; never guesses.</summary>
    /// <returns>For each address, in order, why it may not be sent the topic, as the service words it; null where it may.</returns>
    public async Task<IReadOnlyList<string?>> WhyNotAsync(string site, string topic, IReadOnlyList<string> addresses, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(settings.Marketing, $"v1/sites/{site}/marketing/check"))
            {
                Content = JsonContent.Create(new Body(topic, ChannelTopic.NameOf(Channel.Email), addresses), options: ContractJson.Options),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(cancel));
            using var answer = await _http.SendAsync(request, cancel);
            if (!answer.IsSuccessStatusCode) throw Away($"it answered {(int)answer.StatusCode}");
            var results = (await answer.Content.ReadFromJsonAsync<Answer>(ContractJson.Options, cancel))?.Results;
            if (results is null || !results.Select(r => r.Address).SequenceEqual(addresses)) throw Away("its answer is not to the question");
            if (results.Any(r => r is { Permitted: false, Reason: NotLoaded })) throw Away("it has not loaded everything");
            if (results.Any(r => r is { Permitted: false, Reason: Unreadable })) throw Away("what it holds of a recipient cannot be read");
            return [.. results.Select(r => r.Permitted ? null : r.Reason is { } reason && Word().IsMatch(reason) ? reason : "not-permitted")];
        }
        catch (Exception e) when (e is not MarketingAwayException && !cancel.IsCancellationRequested)
        {
            throw Away(e.GetType().Name);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> TokenAsync(CancellationToken cancel) => settings.Token ?? (await File.ReadAllTextAsync(settings.TokenFile!, cancel)).Trim();

    private MarketingAwayException Away(string reason)
    {
        log.LogWarning("Marketing could not tell whether something may be sent: {Reason}. Until it can, marketing is put off.", reason);
        return new MarketingAwayException($"Marketing could not tell whether something may be sent: {reason}.");
    }

    /// <summary>It goes into a reply of SMTP.</summary>
    [GeneratedRegex(@"^[a-z-]{1,40}\z")]
    private static partial Regex Word();
}

/// <summary>Not now: whether something may be sent cannot be known.</summary>
public sealed class MarketingAwayException(string message) : Exception(message);
