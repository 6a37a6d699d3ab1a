using System.Security.Cryptography;
using System.Text;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Webhooks.Tests;

public abstract class DeliverWebhooksTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_change_arrives_in_structured_mode_signed_with_the_state_of_every_purpose()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (_, secret) = await app.EndpointAsync(receiver.Url);

        var receipt = await app.DecideAsync(1);

        var got = (await receiver.HasGotAsync(1))[0];
        Assert.Equal("application/cloudevents+json; charset=utf-8", got.Headers["content-type"]);
        Assert.Equal(
            """
            {"specversion":"1.0","id":"RECEIPT","source":"urn:consent:site:bakery","type":"eu.consent.consent-changed","time":"2026-03-01T09:00:00.000Z","datacontenttype":"application/json","data":{"type":"eu.consent.consent-changed","site":"bakery","subjectId":"VISITOR","stream":"STREAM","epoch":1,"version":1,"receiptId":"RECEIPT","recordedAt":"2026-03-01T09:00:00.000Z","changed":["statistics"],"purposes":{"media":{"status":"never-asked","permitted":false},"new-loaves":{"status":"never-asked","permitted":false},"orders":{"status":"not-needed","permitted":true},"proof-of-consent":{"status":"not-needed","permitted":true},"statistics":{"status":"given","decidedAt":"2026-03-01T09:00:00.000Z","validUntil":"2026-08-28T09:00:00.000Z","permitted":true}}}}
            """.Replace("RECEIPT", receipt.Id, StringComparison.Ordinal).Replace("VISITOR", Sample.Visitor, StringComparison.Ordinal)
                .Replace("STREAM", Sample.Stream(Sample.Visitor), StringComparison.Ordinal),
            Encoding.UTF8.GetString(got.Body));
        Assert.Equal(receipt.Id, got.Id);
        Assert.Equal($"{Sample.Start.ToUnixTimeSeconds()}", got.Headers["webhook-timestamp"]);
        Assert.Equal(SignatureOf(got, secret), got.Headers["webhook-signature"]);
        foreach (var telling in (string[])["traceparent", "cookie", "accept-encoding", "ce-id"]) Assert.DoesNotContain(telling, got.Headers.Keys);
    }

    [Fact]
    public async Task In_binary_mode_the_attributes_are_headers_and_no_header_names_the_person()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (_, secret) = await app.EndpointAsync(receiver.Url, CloudEvent.Binary);

        var receipt = await app.DecideAsync(1, Decision.Refused);

        var got = (await receiver.HasGotAsync(1))[0];
        Assert.Equal(
            ["1.0", receipt.Id, "urn:consent:site:bakery", "eu.consent.consent-changed", "2026-03-01T09:00:00.000Z", "application/json"],
            ((string[])["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", "content-type"]).Select(h => got.Headers[h]));
        Assert.Equal(("refused", false), ((string?)got.Json["purposes"]!["statistics"]!["status"], (bool)got.Json["purposes"]!["statistics"]!["permitted"]!));
        Assert.Equal(SignatureOf(got, secret), got.Headers["webhook-signature"]);
        Assert.DoesNotContain(got.Headers.Values, v => v.Contains(Sample.Visitor, StringComparison.Ordinal) || v.Contains(Sample.Stream(Sample.Visitor), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_attempt_is_repeated_with_the_same_id_and_body_and_a_new_time()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = Receiver.Status(500);
        await using var app = await _data.StartAsync();
        var (endpoint, secret) = await app.EndpointAsync(receiver.Url);
        await app.DecideAsync(1);
        await app.StandAsync(endpoint, "pending refused");

        receiver.Answer = Receiver.Status(204);
        app.Clock.Pass(TimeSpan.FromSeconds(5));

        await app.StandAsync(endpoint, "delivered");
        var got = await receiver.HasGotAsync(2);
        Assert.Equal((got[0].Id, Convert.ToHexString(got[0].Body)), (got[1].Id, Convert.ToHexString(got[1].Body)));
        Assert.Equal($"{Sample.Start.AddSeconds(5).ToUnixTimeSeconds()}", got[1].Headers["webhook-timestamp"]);
        Assert.Equal(SignatureOf(got[1], secret), got[1].Headers["webhook-signature"]);
        var delivery = Assert.Single(app.Deliveries(endpoint));
        Assert.Equal((2, 204, null), (delivery.Attempts, delivery.LastStatus, delivery.Data));
    }

    [Fact]
    public async Task A_redirect_is_a_failure_that_says_so_and_is_never_followed()
    {
        await using var elsewhere = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        foreach (var (status, n) in (((int, int)[])[(301, 1), (302, 2), (307, 3), (308, 4)]))
        {
            receiver.Answer = Receiver.Status(status, ("Location", elsewhere.Url));
            if (n == 1) await app.TestAsync(endpoint);
            else app.PassToNextAttempt(endpoint);
            await Eventually.IsSoAsync($"{status} was written down", () => Task.FromResult(app.Deliveries(endpoint)[0] is { LastOutcome: "redirect" } d && d.LastStatus == status));
        }

        Assert.Empty(elsewhere.All);
        Assert.Equal(4, receiver.All.Count);
    }

    [Fact]
    public async Task What_came_twice_late_or_before_the_endpoint_is_not_sent()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        await using var early = await Receiver.StartAsync();
        await app.EndpointAsync(early.Url);
        var before = await app.DecideAsync(1);
        // What is decided later would take its place.
        await early.HasGotAsync(1);
        var loadedLate = Sample.Receipt(1, Decision.Given, app.Clock.At, RandomId.New());
        app.Clock.Pass(TimeSpan.FromMinutes(1));
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        app.Clock.Pass(TimeSpan.FromMinutes(1));
        var second = Sample.Receipt(2, Decision.Refused, app.Clock.At);
        var third = Sample.Receipt(3, Decision.Given, app.Clock.At);
        var foreign = Sample.Receipt(1, Decision.Given, app.Clock.At, site: Sample.OtherSite);

        foreach (var receipt in (Receipt[])[third, second, third, before, loadedLate, foreign]) await app.HearAsync(Sample.Event(receipt));
        await app.TestAsync(endpoint);

        await app.StandAsync(endpoint, "delivered", "delivered");
        Assert.Equal([third.Id], receiver.All.Where(g => g.Type == WebhookEvents.Changed).Select(g => g.Id));
        // The one that was there before them all hears of what was recorded since, however late that comes.
        Assert.Equal(((string[])[before.Id, third.Id, loadedLate.Id]).Order(StringComparer.Ordinal), (await early.HasGotAsync(3)).Select(g => g.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_newer_change_takes_the_place_of_an_older_one_and_waits_for_the_one_that_is_under_way()
    {
        await using var receiver = await Receiver.StartAsync();
        var first = new TaskCompletionSource();
        receiver.Answer = async http =>
        {
            await first.Task;
            http.Response.StatusCode = 500;
        };
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.DecideAsync(1);
        await receiver.HasGotAsync(1);
        await app.DecideAsync(2, Decision.Refused);
        await app.DecideAsync(3, Decision.Given);
        // Another person's goes out beside it: the loop ran, and left this person's alone.
        receiver.Answer = Receiver.Status(204);
        var other = await app.DecideAsync(1, Decision.Given, RandomId.New());
        await receiver.HasGotAsync(2);
        Assert.Equal(other.Id, receiver.All[1].Id);

        first.SetResult();

        await app.StandAsync(endpoint, "superseded refused", "superseded", "delivered", "delivered");
        Assert.Equal([1L, 1L, 3L], receiver.All.Select(g => (long)g.Data["version"]!));
    }

    [Fact]
    public async Task Of_a_higher_epoch_the_lower_version_is_newer()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var app = await _data.StartAsync();
        var (endpoint, _) = await app.EndpointAsync(receiver.Url);
        await app.HearAsync(Sample.Event(Sample.Receipt(7, Decision.Given, app.Clock.At)));
        await app.StandAsync(endpoint, "delivered");

        await app.HearAsync(Sample.Event(Sample.Receipt(2, Decision.Refused, app.Clock.At, epoch: 2)));

        await app.StandAsync(endpoint, "delivered", "delivered");
        Assert.Equal((2, 2L), ((int)receiver.All[1].Data["epoch"]!, (long)receiver.All[1].Data["version"]!));
    }

    internal static string SignatureOf(Got got, string secret)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{got.Headers["webhook-id"]}.{got.Headers["webhook-timestamp"]}."), .. got.Body];
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed))}";
    }
}
