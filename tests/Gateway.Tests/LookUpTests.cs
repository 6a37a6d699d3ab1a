using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Consent.ServiceDefaults.Outgoing;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Gateway.Tests;

/// <summary>Names that lead to all replicas of a service, as those of headless Services do. Only the names are made up: what they lead to are real servers.</summary>
public sealed class LookUpTests
{
    private const string One = "127.0.0.1", Two = "127.0.0.2";
    private const string Anybodys = "/v1/sites/wool/declaration";
    private readonly ConcurrentDictionary<string, string[]?> _names = new();
    private readonly ConcurrentDictionary<string, SocketError> _failing = new();
    private readonly ConcurrentDictionary<string, int> _looked = new();
    private readonly int _port = FreePorts.Take(1)[0];

    [Fact]
    public async Task Replicas_that_came_are_used_those_that_went_are_not_and_a_name_that_is_gone_leads_where_it_led_last()
    {
        await using var one = await Replica.StartAsync(One, _port);
        await using var two = await Replica.StartAsync(Two, _port);
        _names["consent-pods"] = [One];
        await using var gateway = await StartAsync(("Services:consent", $"http://consent-pods:{_port}"));
        await AnswerAsync(gateway, One);

        _names["consent-pods"] = [One, Two];
        await AnswerAsync(gateway, One, Two);

        // It still listens, and is asked nothing.
        _names["consent-pods"] = [Two];
        await AnswerAsync(gateway, Two);

        _names["consent-pods"] = null;
        var looked = Looked("consent-pods");
        await Eventually.IsSoAsync("it was looked up twice more", () => Task.FromResult(Looked("consent-pods") >= looked + 2));
        await AnswerAsync(gateway, Two);
        using var last = await gateway.SendAsync("GET", Anybodys);
        Assert.Equal([$"consent-pods:{_port}"], last.Headers.GetValues("Called"));
    }

    [Fact]
    public async Task A_name_that_does_not_exist_any_more_is_forgotten_after_half_a_minute_and_what_has_its_address_then_is_asked_nothing()
    {
        const string gone = "consent-pods.invalid";
        var clock = new LeapingClock();
        await using var two = await Replica.StartAsync(Two, _port);
        _names[gone] = [Two];
        await using var gateway = await StartAsync(clock, ("Services:consent", $"http://{gone}:{_port}"));
        await AnswerAsync(gateway, Two);

        // Nobody can be asked: that proves nothing.
        _failing[gone] = SocketError.TryAgain;
        await LookedAsync(gone);
        clock.Leap(TimeSpan.FromMinutes(5));
        await LookedAsync(gone);
        await AnswerAsync(gateway, Two);

        _failing[gone] = SocketError.HostNotFound;
        await LookedAsync(gone);
        await AnswerAsync(gateway, Two);
        clock.Leap(TimeSpan.FromSeconds(31));

        await Eventually.IsSoAsync("it is left to whoever connects, who finds nobody", async () =>
        {
            using var answer = await gateway.SendAsync("POST", "/v1/sites/wool/decisions");
            return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
        });
        var posted = two.Posted.Count;
        using var last = await gateway.SendAsync("POST", "/v1/sites/wool/decisions");
        await ProblemOf.IsAsync(last, 503, "service-unavailable");
        Assert.Equal(posted, two.Posted.Count);
    }

    [Fact]
    public async Task Whose_site_it_is_is_asked_where_the_name_leads()
    {
        await using var two = await Replica.StartAsync(Two, _port);
        _names["consent-pods"] = [Two];
        await using var gateway = await StartAsync(("Services:consent", $"http://consent-pods:{_port}"));
        await AnswerAsync(gateway, Two);
        using var own = await gateway.SendAsync("GET", "/v1/sites/wool/subjects/x/state", gateway.Token("consent", ["weavers"]));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task A_name_whose_look_up_hangs_keeps_no_other_waiting_and_is_left_to_whoever_connects()
    {
        await using var two = await Replica.StartAsync(Two, _port);
        _names["consent-pods"] = [Two];
        // Of localhost nothing is told, ever: all other services are there.
        await using var gateway = await StartAsync(("Services:consent", $"http://consent-pods:{_port}"), ("Services:audit", $"http://localhost:{_port}"));
        await AnswerAsync(gateway, Two);
        await using var one = await Replica.StartAsync(One, _port);
        using var answer = await gateway.SendAsync("GET", "/log/weavers/checkpoint");
        Assert.Equal([One], answer.Headers.GetValues("Answered-At"));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("soon")]
    [InlineData("00:00:00")]
    public void A_time_that_is_none_is_refused_at_start_in_a_sentence(string every)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Gateway:LookUpEvery"] = every;
        var refusal = Assert.Throws<InvalidOperationException>(() => builder.AddGateway());
        Assert.Contains("Gateway:LookUpEvery", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(every, refusal.Message, StringComparison.Ordinal);
    }

    private int Looked(string name) => _looked.GetValueOrDefault(name);

    /// <summary>What was seen of the second look-up from now on has been acted upon when the third begins.</summary>
    private Task LookedAsync(string name)
    {
        var looked = Looked(name);
        return Eventually.IsSoAsync("it was looked up three times more", () => Task.FromResult(Looked(name) >= looked + 3));
    }

    private Task<GatewayUnderTest> StartAsync(params (string Key, string Value)[] settings) => StartAsync(TimeProvider.System, settings);

    private async Task<GatewayUnderTest> StartAsync(TimeProvider clock, params (string Key, string Value)[] settings)
    {
        var gateway = new GatewayUnderTest { Replace = services => services.AddSingleton<ResolveHost>(_ => ResolveAsync).AddSingleton(clock) };
        gateway.Settings["Gateway:LookUpEvery"] = "00:00:00.1";
        foreach (var (key, value) in settings) gateway.Settings[key] = value;
        await gateway.InitializeAsync();
        return gateway;
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out var itself)) return [itself];
        if (!_names.TryGetValue(host, out var addresses)) await Task.Delay(Timeout.Infinite, cancel);
        _looked.AddOrUpdate(host, 1, (_, times) => times + 1);
        if (_failing.TryGetValue(host, out var failure)) throw new SocketException((int)failure);
        if (addresses is null) throw new SocketException((int)SocketError.HostNotFound);
        return [.. addresses.Select(IPAddress.Parse)];
    }

    /// <summary>Time goes by faster for whoever measures it; timers run as ever.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private long _leaped;

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _leaped);

        public void Leap(TimeSpan by) => Interlocked.Add(ref _leaped, (long)(by.TotalSeconds * TimestampFrequency));
    }

    /// <summary>Twenty in a row are answered by these replicas, and by no other.</summary>
    private static Task AnswerAsync(GatewayUnderTest gateway, params string[] all)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        return Eventually.IsSoAsync($"{string.Join(" and ", all)} answer", async () =>
        {
            seen.Clear();
            for (var i = 0; i < 20; i++)
            {
                using var answer = await gateway.SendAsync("GET", Anybodys);
                seen.Add(answer.IsSuccessStatusCode ? answer.Headers.GetValues("Answered-At").Single() : $"{(int)answer.StatusCode}");
                if (!answer.IsSuccessStatusCode) return false;
            }
            return seen.SequenceEqual(all);
        }, seen: () => $"Seen: {string.Join(", ", seen)}.");
    }
}
