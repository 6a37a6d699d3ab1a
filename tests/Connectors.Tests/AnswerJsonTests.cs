using System.Text.Json;

namespace Consent.Connectors.Tests;

public sealed class AnswerJsonTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("\"2026-03-01T09:00:00Z\"", true)]
    [InlineData("\"2026-03-01T10:00:00.000+01:00\"", true)]
    [InlineData("1772355600", true)]
    [InlineData("\"2026-03-01T09:00:00\"", false)]
    [InlineData("\"2026-03-01 09:00:00\"", false)]
    [InlineData("\"soon\"", false)]
    [InlineData("null", false)]
    public void A_time_without_a_zone_tells_no_moment(string told, bool isMoment)
    {
        using var json = JsonDocument.Parse("{\"at\":" + told + "}");
        Assert.Equal(isMoment ? At : (DateTimeOffset?)null, json.RootElement.Moment("at"));
    }
}
