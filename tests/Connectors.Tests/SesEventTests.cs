namespace Consent.Connectors.Tests;

public sealed class SesEventTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"eventType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"jan@reader.example"}],"timestamp":"2026-03-01T09:00:00.000Z"}}""", "bounced")]
    [InlineData("""{"eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"jan@reader.example"}],"timestamp":"2026-03-01T09:00:00.000Z"}}""", "complained")]
    [InlineData("""{"notificationType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"jan@reader.example"}],"timestamp":"2026-03-01T09:00:00.000Z"}}""", "complained")]
    [InlineData("""{"eventType":"Subscription","mail":{"destination":["jan@reader.example"]},"subscription":{"contactList":"readers","timestamp":"2026-03-01T09:00:00Z","newTopicPreferences":{"unsubscribeAll":true}}}""", null)]
    public void What_ends_everything_is_told_with_its_cause(string text, string? cause) =>
        Assert.Equal([new OptOutThere("jan@reader.example", null, cause, At)], SesEvent.OptOutsIn(text, "readers"));

    [Fact]
    public void A_changed_subscription_tells_the_topics_that_were_left_by_it()
    {
        const string Changed =
            """
            {"eventType":"Subscription","mail":{"destination":["jan@reader.example"]},"subscription":{"contactList":"readers","timestamp":"2026-03-01T09:00:00Z","source":"UnsubscribeHeader",
             "newTopicPreferences":{"unsubscribeAll":false,"topicSubscriptionStatus":[{"topicName":"news","subscriptionStatus":"OptOut"},{"topicName":"offers","subscriptionStatus":"OptOut"},{"topicName":"tips","subscriptionStatus":"OptIn"}]},
             "oldTopicPreferences":{"unsubscribeAll":false,"topicSubscriptionStatus":[{"topicName":"news","subscriptionStatus":"OptIn"},{"topicName":"offers","subscriptionStatus":"OptOut"}]}}}
            """;
        Assert.Equal([new OptOutThere("jan@reader.example", "news", null, At)], SesEvent.OptOutsIn(Changed, "readers"));
        Assert.Empty(SesEvent.OptOutsIn(Changed, "another"));
        Assert.Empty(SesEvent.OptOutsIn(Changed.Replace("[\"jan@reader.example\"]", "[\"jan@reader.example\",\"piet@reader.example\"]", StringComparison.Ordinal), "readers"));
    }

    [Theory]
    [InlineData("""{"eventType":"Bounce","bounce":{"bounceType":"Transient","bouncedRecipients":[{"emailAddress":"jan@reader.example"}]}}""")]
    [InlineData("""{"eventType":"Delivery","delivery":{"recipients":["jan@reader.example"]}}""")]
    [InlineData("""{"eventType":"Complaint"}""")]
    [InlineData("""{"eventType":"Subscription","subscription":3}""")]
    [InlineData("Successfully validated SNS topic for Amazon SES event publishing.")]
    [InlineData("[]")]
    [InlineData("")]
    public void Whatever_else_it_is_tells_nothing(string text) => Assert.Empty(SesEvent.OptOutsIn(text, "readers"));
}
