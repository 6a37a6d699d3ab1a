using System.Text.Json.Nodes;
using Consent.Audit.Evidence;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Consent.Audit.Tests.Evidence;

public sealed class ExportReceiptsTests(RunningAudit audit) : IClassFixture<RunningAudit>
{
    [Fact]
    public async Task Lines_are_the_receipts_of_the_site_and_of_the_time_and_the_last_says_how_many()
    {
        await SomeAsync();
        var lines = await LinesAsync("site=tuin");
        Assert.Equal(["one", "two"], lines[..^1].Select(line => (string?)JsonNode.Parse(line)!["receipt"]!["id"]));
        Assert.Equal("""{"end":true,"count":2}""", lines[^1]);
        Assert.Equal("given", (string?)JsonNode.Parse(lines[0])!["receipt"]!["purposes"]!["statistics"]!["status"]);

        Assert.Equal(["""{"end":true,"count":0}"""], await LinesAsync("site=tuin&until=2026-06-03T12:00:00Z"));
        Assert.Equal(["""{"end":true,"count":0}"""], await LinesAsync("site=tuin&from=2026-06-03T12:00:01Z"));
        Assert.Equal(3, (await LinesAsync("site=tuin&from=2026-06-03T12:00:00Z&until=2026-06-03T12:00:01Z")).Length);
    }

    [Fact]
    public async Task A_table_has_the_same_cells_in_each_record_an_end_and_no_formula()
    {
        await SomeAsync();
        var lines = (await TextAsync("site=tuin&format=csv")).Split("\r\n");
        Assert.Equal("", lines[^1]);
        Assert.Equal(4, lines.Length - 1);
        Assert.StartsWith("receipt,site,controller,subject,epoch,version,recordedAt,heardAt,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("one,tuin,tuinhuis,0123456789abcdef0123456789abcdef,1,3,2026-06-03T12:00:00.020Z,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",accept-all,banner,nl,statistics=given,statistics=given,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",\"'=1+1,\"\"2\"\"\",", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("#end,2,", lines[3], StringComparison.Ordinal);
        foreach (var line in (string[])[lines[1], lines[3]]) Assert.Equal(lines[0].Split(',').Length, line.Split(',').Length);
    }

    [Theory]
    [InlineData("=1", "'=1")]
    [InlineData(" +1", "' +1")]
    [InlineData("@x", "'@x")]
    [InlineData("\tx", "'\tx")]
    [InlineData(" x", "\" x\"")]
    [InlineData("a\r\nb", "\"a\r\nb\"")]
    [InlineData("a;b", "\"a;b\"")]
    [InlineData("accept-all", "accept-all")]
    public void A_cell_is_text_and_stays_one_cell(string text, string cell) => Assert.Equal(cell, ExportAnswer.Cell(text));

    [Fact]
    public async Task What_cannot_be_answered_is_refused_and_another_controllers_site_is_unknown()
    {
        await SomeAsync();
        var token = audit.Token("audit", Samples.Controller);
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/export", token), 400, "site-needed");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/export?site=tuin&format=xml", token), 400, "export-format");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/export?site=tuin&from=2026-06-04T00:00:00Z&until=2026-06-03T00:00:00Z", token), 400, "bad-range");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/export?site=tuin&from=2999-01-01T00:00:00Z", token), 400, "bad-range");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/export?site=nowhere", token), 404, "unknown-site");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/export?site=tuin", audit.Token("audit", "bakkers")), 404, "unknown-site");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/export?site=tuin", null), 401, "token-needed");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/export?site=tuin", audit.Token("consent", "*")), 403, "scope-needed");
    }

    /// <summary>The reading has no end of its own, and looks at no token: whoever writes must stop.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_goes_away_half_way_leaves_nothing_running(bool csv)
    {
        var ended = new TaskCompletionSource();
        await using var app = new RunningApp(map: routes => routes.MapGet("/endless", () => new ExportAnswer(EndlessAsync(ended), csv)).AllowAnonymous());
        await app.StartAsync();
        using (var answer = await app.Http.GetAsync(new Uri("/endless", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await answer.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[1 << 20]);
            Assert.False(ended.Task.IsCompleted);
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static async IAsyncEnumerable<ExportedReceipt> EndlessAsync(TaskCompletionSource ended)
    {
        try
        {
            while (true)
            {
                await Task.Yield();
                yield return new ExportedReceipt(Samples.Noon, Samples.Choice().Receipt);
            }
        }
        finally
        {
            ended.SetResult();
        }
    }

    private async Task SomeAsync()
    {
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice("one"));
        await audit.HearAsync(Samples.Choice("others", site: "bakkerij", controller: "bakkers"));
        var choice = Samples.Choice("two");
        await audit.HearAsync(choice with { Receipt = choice.Receipt with { Source = "=1+1,\"2\"" } });
    }

    private async Task<string> TextAsync(string query)
    {
        using var answer = await audit.GetAsync($"/v1/audit/export?{query}", audit.Token("audit", Samples.Controller));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }

    private async Task<string[]> LinesAsync(string query) => (await TextAsync(query)).TrimEnd('\n').Split('\n');
}
