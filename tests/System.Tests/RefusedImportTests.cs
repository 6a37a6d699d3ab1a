using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Consent.System.Tests;

/// <summary>A file of which every row is refused comes to an end through the gateway, which sends all of it before it reads of the answer.</summary>
[Collection(AsOne.Name)]
public sealed class RefusedImportTests(RunningAsOne running)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("imports", "consent")]
    [InlineData("marketing/import", "marketing")]
    public async Task Twenty_megabytes_of_bad_rows_are_answered_with_what_to_do_and_how_far_they_were_read(string path, string scope)
    {
        using var limit = new CancellationTokenSource(Patience);
        var client = running.Product.Client(scope);
        client.Timeout = Timeout.InfiniteTimeSpan;
        using var rows = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"reference\":\"of-nobody\"}\n", 800_000))));
        rows.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");

        using var answer = await client.PostAsync($"/v1/sites/weefgoed/{path}?system=klaro", rows, limit.Token);
        var lines = (await answer.Content.ReadAsStringAsync(limit.Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var (told, summary) = (lines[..^1], JsonNode.Parse(lines[^1])!["summary"]!);
        Assert.InRange(told.Length, 10_000, 10_300);
        Assert.Equal(Enumerable.Range(1, told.Length), told.Select(line => (int)JsonNode.Parse(line)!["line"]!));
        Assert.All(told, line => Assert.Contains("Give ", line, StringComparison.Ordinal));
        Assert.Equal(
            (told.Length, 0, told.Length, told.Length),
            ((int)summary["rows"]!, (int)summary["recorded"]!, (int)summary["refused"]!, (int)summary["readUpTo"]!));
    }
}
