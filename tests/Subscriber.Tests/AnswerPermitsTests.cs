using Consent.Contracts;

namespace Consent.Subscriber.Tests;

public sealed class AnswerPermitsTests
{
    private const string Path = "/v1/subscribers/newsletter/sites/bakery/permits/statistics";

    [Theory]
    [InlineData("newsletter")]
    [InlineData("analytics")]
    public async Task Permits_ChoiceAndWithdrawalHeardOnTheBus_AreAnsweredByTheSubscriber(string service)
    {
        await using var app = await TestApp.StartAsync();
        await app.PublishAsync(Sample.Event(Sample.Published()));
        var path = $"/v1/subscribers/{service}/sites/bakery/permits/statistics";
        await app.PublishAsync(Sample.Event(CurrentReceipt(1, Decision.Given)));

        var (status, given) = await app.SendAsync(HttpMethod.Get, path, token: app.Token("consent"), subject: Sample.Visitor);
        await app.PublishAsync(Sample.Event(CurrentReceipt(2, Decision.Withdrawn)));
        var (_, withdrawn) = await app.SendAsync(HttpMethod.Get, path, token: app.Token("consent"), subject: Sample.Visitor);

        Assert.Equal(200, status);
        Assert.Equal("""{"site":"bakery","purpose":"statistics","permitted":true,"reason":"given"}""", given!.ToJsonString());
        Assert.Equal("""{"site":"bakery","purpose":"statistics","permitted":false,"reason":"withdrawn"}""", withdrawn!.ToJsonString());
    }

    [Fact]
    public async Task Permits_BadQuestion_IsAProblemThatSaysWhatToDo()
    {
        await using var app = await TestApp.StartAsync();
        await app.PublishAsync(Sample.Event(Sample.Published()));
        var token = app.Token("consent");

        await RefusedAsync(401, "token-needed", Path, null, Sample.Visitor);
        await RefusedAsync(403, "scope-needed", Path, app.Token("marketing"), Sample.Visitor);
        await RefusedAsync(404, "unknown-site", Path, app.Token("consent", "another-controller"), Sample.Visitor);
        await RefusedAsync(404, "unknown-site", Path.Replace("bakery", "nowhere", StringComparison.Ordinal), token, Sample.Visitor);
        await RefusedAsync(404, "unknown-purpose", Path.Replace("statistics", "no-such", StringComparison.Ordinal), token, Sample.Visitor);
        await RefusedAsync(400, "subject-id", Path, token, null);
        await RefusedAsync(400, "subject-id", Path, token, "baker@bakery.example");

        async Task RefusedAsync(int status, string slug, string path, string? bearer, string? subject)
        {
            var (answered, problem) = await app.SendAsync(HttpMethod.Get, path, token: bearer, subject: subject);
            Assert.Equal((status, $"urn:consent:problem:{slug}"), (answered, (string?)problem?["type"]));
            Assert.NotEmpty((string)problem!["detail"]!);
        }
    }

    /// <summary>A receipt that is valid at the time of the machine, by which this application runs.</summary>
    internal static Receipt CurrentReceipt(long version, Decision decision, string subject = Sample.Visitor, string purpose = "statistics")
    {
        var receipt = Sample.Receipt(version, decision, subject, purposes: purpose);
        var end = TimeProvider.System.Now().AddDays(1);
        return receipt with { Purposes = receipt.Purposes.ToDictionary(p => p.Key, p => p.Value with { ValidUntil = end }) };
    }
}
