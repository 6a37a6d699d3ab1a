using System.Diagnostics;

namespace Consent.ServiceDefaults.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public void OnEnd_KeepsTheRouteAndDropsWhateverCouldNameAPerson()
    {
        using var source = new ActivitySource("Microsoft.AspNetCore");
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var activity = source.StartActivity("GET /u/secret-token")!;
        activity.SetTag("http.request.method", "GET").SetTag("http.route", "/u/{token}").SetTag("url.path", "/u/secret-token")
            .SetTag("url.full", "http://x/u/secret-token").SetTag("user_agent.original", "secret").SetTag("tag.of.a.later.version", "secret")
            .SetStatus(ActivityStatusCode.Error, "secret failed");

        new Telemetry.KeepHarmlessTags().OnEnd(activity);

        Assert.Equal("GET /u/{token}", activity.DisplayName);
        Assert.Equal(["http.request.method", "http.route"], activity.TagObjects.Select(t => t.Key).Order());
        Assert.Null(activity.StatusDescription);
    }
}
