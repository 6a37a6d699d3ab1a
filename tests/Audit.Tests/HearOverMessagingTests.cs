using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests;

public class HearOverMessagingTests(RunningAuditWithMessaging audit) : IClassFixture<RunningAuditWithMessaging>
{
    [Fact]
    public async Task Publish_EachKind_ReachesTheTraceThroughAuditsQueues()
    {
        await audit.PublishAsync(new LedgerPage(RandomId.New(), "consent", 1, [Samples.Applied("analytics", 70)], 0, 1));
        await audit.PublishAsync(Samples.Applied("newsletter", 80));
        await audit.PublishAsync(Samples.Choice(causedBy: "opt-in-1"));
        await audit.PublishAsync(Samples.Publication());
        await audit.PublishAsync(Samples.OptIn());
        await audit.PublishAsync(Samples.OptOut());

        JsonObject? trace = null;
        await Eventually.IsSoAsync("the trace tells all", async () =>
        {
            var response = await audit.GetAsync("/v1/audit/trace/receipt-1", audit.Token("audit", Samples.Controller));
            if (response.StatusCode == HttpStatusCode.NotFound) return false;
            trace = await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);
            return trace!["applied"]!.AsArray().Count == 3 && trace["declaration"]!["text"] is not null && trace["cause"]!["kind"] is not null;
        }, seen: () => trace?.ToJsonString() ?? "nothing");
        Assert.Equal(["analytics", "newsletter", "audit"], trace!["applied"]!.AsArray().Select(a => (string?)a!["subscriber"]));
    }
}
