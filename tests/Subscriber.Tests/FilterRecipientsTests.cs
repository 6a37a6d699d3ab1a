using Consent.Contracts;

namespace Consent.Subscriber.Tests;

public sealed class FilterRecipientsTests
{
    private const string Path = "/v1/subscribers/newsletter/sites/bakery/recipients";

    [Fact]
    public async Task Recipients_OneOptedInOneOutOneUnknown_OnlyTheFirstMayBeMailed()
    {
        await using var app = await TestApp.StartAsync();
        await app.PublishAsync(Sample.Event(Sample.Published()));
        await app.PublishAsync(Sample.Event(AnswerPermitsTests.CurrentReceipt(1, Decision.Given, Sample.Address(1), "new-loaves")));
        await app.PublishAsync(Sample.Event(AnswerPermitsTests.CurrentReceipt(1, Decision.Withdrawn, Sample.Address(2), "new-loaves")));

        var (status, answer) = await app.SendAsync(HttpMethod.Post, Path,
            new { topic = "new-loaves", subjects = new[] { Sample.Address(3), Sample.Address(2), Sample.Address(1) } }, app.Token("consent"));

        Assert.Equal(200, status);
        Assert.Equal(
            [(Sample.Address(3), false, "never-asked"), (Sample.Address(2), false, "withdrawn"), (Sample.Address(1), true, "given")],
            answer!["results"]!.AsArray().Select(r => ((string)r!["subject"]!, (bool)r["permitted"]!, (string)r["reason"]!)));
    }

    [Fact]
    public async Task Recipients_TenThousand_AreAnsweredAndOneMoreIsRefused()
    {
        await using var app = await TestApp.StartAsync();
        await app.PublishAsync(Sample.Event(Sample.Published()));

        var (most, answer) = await app.SendAsync(HttpMethod.Post, Path, Question(10_000), app.Token("consent"));
        var (tooMany, problem) = await app.SendAsync(HttpMethod.Post, Path, Question(10_001), app.Token("consent"));

        Assert.Equal((200, 10_000), (most, answer!["results"]!.AsArray().Count));
        Assert.Equal((422, "urn:consent:problem:too-many-subjects"), (tooMany, (string?)problem!["type"]));

        static object Question(int subjects) => new { topic = "new-loaves", subjects = Enumerable.Range(0, subjects).Select(Sample.Address) };
    }

    [Fact]
    public async Task Recipients_BadQuestion_IsAProblemThatRepeatsNoSubject()
    {
        await using var app = await TestApp.StartAsync();
        await app.PublishAsync(Sample.Event(Sample.Published()));
        var token = app.Token("consent");
        string[] subjects = [Sample.Address(1)];

        await RefusedAsync(401, "token-needed", new { topic = "new-loaves", subjects }, null);
        await RefusedAsync(404, "unknown-site", new { topic = "new-loaves", subjects }, app.Token("consent", "another-controller"));
        await RefusedAsync(422, "unknown-purpose", new { topic = "old-loaves", subjects }, token);
        await RefusedAsync(422, "subject-id", new { topic = "new-loaves", subjects = new[] { "baker@bakery.example" } }, token);
        await RefusedAsync(422, "subject-id", new { topic = "new-loaves", subjects = new string?[] { null } }, token);
        await RefusedAsync(400, "malformed-body", new { topic = "new-loaves" }, token);
        await RefusedAsync(400, "malformed-body", new { subjects }, token);
        await RefusedAsync(413, "body-too-large", new { topic = new string('x', 3_000_000), subjects }, token);

        async Task RefusedAsync(int status, string slug, object body, string? bearer)
        {
            var (answered, problem) = await app.SendAsync(HttpMethod.Post, Path, body, bearer);
            Assert.Equal((status, $"urn:consent:problem:{slug}"), (answered, (string?)problem?["type"]));
            Assert.DoesNotContain("baker@", problem!.ToJsonString(), StringComparison.Ordinal);
        }
    }
}
