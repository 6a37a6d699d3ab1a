using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Yarp.ReverseProxy.Configuration;

namespace Consent.Gateway;

/// <summary>
/// Whose site it is, as the consent service says in the site's declaration; remembered for 60 s, its absence for 2 s. A site
/// never changes hands within that time in practice, and the service behind checks again on its own data.
/// </summary>
internal sealed partial class SiteDirectory(LookUpDestinations replicas, TimeProvider time) : IDisposable
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Known = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Absent = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, (string? Controller, DateTimeOffset Until)> _remembered = new(StringComparer.Ordinal);
    private volatile string? _answered;
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2), ConnectTimeout = SendElsewhere.ConnectWithin }) { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>The id of the site's controller; null when there is no such site. <see cref="HttpRequestException"/> when nobody can tell.</summary>
    public async Task<string?> ControllerOfAsync(string site, CancellationToken cancel)
    {
        if (!SiteId().IsMatch(site)) return null;
        var now = time.Now();
        if (_remembered.TryGetValue(site, out var entry) && entry.Until > now) return entry.Controller;

        var controller = await AskAsync(site, cancel);
        if (_remembered.Count >= MostRemembered) _remembered.Clear();
        _remembered[site] = (controller, now + (controller is null ? Absent : Known));
        return controller;
    }

    /// <summary>Asks one replica after the other: one may be away, and one may not have heard of a new site yet. Begins with the one that answered last.</summary>
    private async Task<string?> AskAsync(string site, CancellationToken cancel)
    {
        List<DestinationConfig> all = [.. replicas.Of("consent").OrderByDescending(d => d.Address == _answered)];
        if (all.Count == 0) all = [new() { Address = "http://localhost:5101" }];
        for (var i = 0; ; i++)
        {
            var last = i == all.Count - 1;
            try
            {
                var controller = await AskAsync(all[i], site, cancel);
                _answered = all[i].Address;
                if (controller is not null || last) return controller;
            }
            catch (Exception e) when (!last && e is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
            {
                // The next one may know.
            }
        }
    }

    private async Task<string?> AskAsync(DestinationConfig consent, string site, CancellationToken cancel)
    {
        using var question = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(consent.Address.TrimEnd('/') + "/"), $"v1/sites/{site}/declaration"));
        question.Headers.Host = consent.Host;
        using var answer = await _http.SendAsync(question, cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        using var declaration = await JsonDocument.ParseAsync(body, cancellationToken: cancel);
        return declaration.RootElement.GetProperty("controller").GetProperty("id").GetString();
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{0,99}\\z")]
    private static partial Regex SiteId();
}
