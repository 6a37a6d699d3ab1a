using Consent.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests;

/// <summary><c>timeline</c> and <c>in-force</c> as an auditor runs them.</summary>
public sealed class TellTimelineTests
{
    private const string Visitor = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task A_timeline_is_told_to_its_end_one_event_a_line()
    {
        await using var gateway = await AuditGateway.StartAsync(
            200,
            """{"site":"baker","subjects":["a1"],"events":[{"at":"2026-06-03T12:00:00.020Z","what":"receipt","id":"r1","decided":{"statistics":"given"},"action":"save","applied":[{"subscriber":"audit"}],"log":{"log":"bakers","index":4}}],"next":"1.r"}""",
            """{"site":"baker","subjects":["a1"],"events":[{"at":"2026-06-04T12:00:00.000Z","what":"opt-out","topics":["offers"]}]}""");
        var (code, output, _) = await RunAsync("timeline", gateway, "--subject", Visitor);
        Assert.Equal(
            (0, "2026-06-03T12:00:00.020Z  receipt  statistics given  (save)  id r1  applied by audit  entry 4 of bakers\n2026-06-04T12:00:00.000Z  opt-out  offers"), (code, output));
        Assert.Equal(2, gateway.Asked.Count);
        Assert.All(gateway.Asked, asked => Assert.StartsWith("POST /v1/audit/timeline {", asked, StringComparison.Ordinal));
        Assert.Contains("\"after\":\"1.r\"", gateway.Asked.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_whom_nothing_is_held_nothing_is_told()
    {
        await using var gateway = await AuditGateway.StartAsync(200, """{"site":"baker","subjects":["a1"],"events":[]}""");
        var (code, output, _) = await RunAsync("timeline", gateway, "--address", "jan@example.com", "--reason", "He asks what we know of him.");
        Assert.Equal((0, "Nothing is held of this person: he decided nothing here, or it was erased."), (code, output));
        Assert.Contains("jan@example.com", Assert.Single(gateway.Asked), StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"He asks what we know of him.\"", gateway.Asked.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whether_consent_was_in_force_is_told_with_the_text_and_who_had_been_told()
    {
        await using var gateway = await AuditGateway.StartAsync(200, """
            {"answer":"yes","text":"Yes: it was.","decidedAt":"2026-06-01T12:00:00.000Z",
             "receipt":{"id":"r1","version":3,"recordedAt":"2026-06-01T12:00:00.000Z","log":{"log":"bakers","index":4}},
             "shown":{"hash":"0123456789abcdef","version":2,"text":{"purposes":[{"id":"statistics","name":"Statistics","description":"We count."}],"topics":[]}},
             "told":[{"subscriber":"analytics","appliedAt":"2026-06-01T12:00:01.000Z"}],"toldLater":[{"subscriber":"newsletter","appliedAt":"2026-06-09T12:00:01.000Z"}]}
            """);
        var (code, output, _) = await RunAsync("in-force", gateway, "--subject", Visitor, "--purpose", "statistics", "--at", "2026-06-03T12:00:00Z");
        Assert.Equal(0, code);
        Assert.Equal(
            """
            Yes: it was.
              receipt r1, version 3, recorded 2026-06-01T12:00:00.000Z, entry 4 of the log bakers
              decided 2026-06-01T12:00:00.000Z on version 2 of the declaration, 0123456789ab…
              Statistics: We count.
              analytics had applied it by then: 2026-06-01T12:00:01.000Z
              newsletter applied it later: 2026-06-09T12:00:01.000Z
            """,
            output);
        Assert.StartsWith("POST /v1/audit/was-in-force {", Assert.Single(gateway.Asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_two_people_and_no_moment_are_not_understood_and_a_refusal_is_told()
    {
        await using var gateway = await AuditGateway.StartAsync(404, """{"title":"There is no such site.","detail":"Check it."}""");
        Assert.Equal(2, (await RunAsync("timeline", gateway)).Code);
        Assert.Equal(2, (await RunAsync("timeline", gateway, "--subject", Visitor, "--address", "jan@example.com")).Code);
        Assert.Equal(2, (await RunAsync("in-force", gateway, "--subject", Visitor, "--purpose", "statistics", "--at", "noon")).Code);
        foreach (var reason in (string[][])[[], ["--reason", "because"]])
        {
            var (code, _, errors) = await RunAsync("timeline", gateway, ["--address", "jan@example.com", .. reason]);
            Assert.Equal(2, code);
            Assert.Contains("--address takes a --reason of 10 to 500 characters.", errors, StringComparison.Ordinal);
            Assert.DoesNotContain("jan@example.com", errors, StringComparison.Ordinal);
        }
        Assert.Empty(gateway.Asked);
        Assert.Equal((1, "", "There is no such site. Check it."), await RunAsync("timeline", gateway, "--subject", Visitor));
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(string command, AuditGateway gateway, params string[] more) =>
        CommandLine.RunAsync([command, "--site", "baker", "--gateway", gateway.Address, "--token", "given", .. more]);

    /// <summary>Answers one after the other, and the last one ever after.</summary>
    private sealed class AuditGateway(int status, string[] answers) : StandInGateway<string>
    {
        public static async Task<AuditGateway> StartAsync(int status, params string[] answers)
        {
            var gateway = new AuditGateway(status, answers);
            await gateway.ListenAsync();
            return gateway;
        }

        protected override async Task AnswerAsync(HttpContext context)
        {
            using var body = new StreamReader(context.Request.Body);
            var times = Keep($"{context.Request.Method} {context.Request.Path} {await body.ReadToEndAsync()}");
            await WriteAsync(context, status, answers[Math.Min(times, answers.Length) - 1]);
        }
    }
}
