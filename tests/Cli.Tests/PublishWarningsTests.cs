using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary><c>publish</c> tells what an author should look at again, and publishes whether or not that can be told.</summary>
public sealed class PublishWarningsTests : IDisposable
{
    private const string Unheard = """{"type":"urn:consent:problem:unknown-declaration","title":"The site has no such version.","detail":"Ask for another."}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Warnings_of_what_was_published_are_told_on_standard_error_and_leave_the_exit_code()
    {
        await using var gateway = await PublishingGateway.StartAsync(_ => (200, PublishingGateway.Warned));
        var (code, output, errors) = await PublishAsync(gateway);
        Assert.Equal((0, "published baker version 3"), (code, output));
        Assert.Equal("""
            warning baker full-ip-address at /measures/0/text: Whole addresses. (Tw art. 11.7a(3)(b))
            warning baker vendor-without-purpose at /vendors/1: No purpose. (GDPR art. 13(1)(e))
            """, errors);
        Assert.Equal(["PUT /v1/sites/baker/declaration Bearer given", "GET /pages/baker/warnings?version=3 Bearer given"], gateway.Asked);
    }

    [Fact]
    public async Task In_json_they_stand_beside_what_was_published()
    {
        await using var gateway = await PublishingGateway.StartAsync(_ => (200, PublishingGateway.Warned));
        var (code, output, errors) = await PublishAsync(gateway, "--json");
        Assert.Equal((0, ""), (code, errors));
        var told = JsonNode.Parse(output)!;
        Assert.Equal(3, (int)told["version"]!);
        Assert.Equal(["full-ip-address", "vendor-without-purpose"], told["warnings"]!.AsArray().Select(w => (string)w!["id"]!));
        Assert.Equal("Hele adressen.", (string)told["warnings"]![0]!["text"]!["nl"]!);
    }

    [Theory]
    [InlineData(502, "<html>Bad gateway</html>")]
    [InlineData(503, """{"title":"The service does not answer.","detail":"Try again\nlater."}""")]
    [InlineData(403, """{"title":"No such scope."}""")]
    [InlineData(200, "<html>Welcome</html>")]
    [InlineData(200, "[]")]
    public async Task A_service_that_cannot_be_asked_is_told_in_one_line_and_nothing_fails(int status, string body)
    {
        await using var gateway = await PublishingGateway.StartAsync(_ => (status, body));
        var (code, output, errors) = await PublishAsync(gateway);
        Assert.Equal((0, "published baker version 3"), (code, output));
        Assert.Matches(@"^The warnings about baker could not be asked for: [^\n]+\. It is published all the same\.$", errors);

        (code, output, errors) = await PublishAsync(gateway, "--json");
        Assert.Equal(0, code);
        Assert.Null(JsonNode.Parse(output)!["warnings"]);
        Assert.Matches(@"^The warnings about baker could not be asked for: [^\n]+$", errors);
    }

    [Fact]
    public async Task It_is_asked_again_until_the_service_has_heard_of_the_version()
    {
        await using var gateway = await PublishingGateway.StartAsync(times => times < 3 ? (404, Unheard) : (200, """{"warnings":[]}"""));
        using var http = new HttpClient { BaseAddress = new Uri(gateway.Address) };
        var asked = await AskWarnings.OfAsync(http, "baker", 3, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.Null(asked.Problem);
        Assert.Empty(asked.Told!);
        Assert.Equal(3, gateway.Asked.Count);
    }

    [Fact]
    public async Task What_was_refused_is_not_asked_about()
    {
        await using var gateway = await PublishingGateway.StartAsync(_ => (200, PublishingGateway.Warned), published: 422);
        var (code, output, errors) = await PublishAsync(gateway);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("not published", errors, StringComparison.Ordinal);
        Assert.Single(gateway.Asked);
    }

    [Fact]
    public async Task Patience_ends_and_then_it_is_said_why()
    {
        await using (var gateway = await PublishingGateway.StartAsync(_ => (404, Unheard)))
        {
            using var http = new HttpClient { BaseAddress = new Uri(gateway.Address) };
            var asked = await AskWarnings.OfAsync(http, "baker", 3, AskWarnings.Patience, CancellationToken.None);
            Assert.Null(asked.Told);
            Assert.Contains("has not heard", Assert.Single(asked.Lines("baker")), StringComparison.Ordinal);
        }

        using var nobody = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}") };
        Assert.NotNull((await AskWarnings.OfAsync(nobody, "baker", 3, AskWarnings.Patience, CancellationToken.None)).Problem);
        // Whoever stops the command stops it.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskWarnings.OfAsync(nobody, "baker", 3, AskWarnings.Patience, new CancellationToken(canceled: true)));
    }

    private async Task<(int Code, string Output, string Errors)> PublishAsync(PublishingGateway gateway, params string[] more)
    {
        var file = _folder.File("baker.yaml");
        await File.WriteAllTextAsync(file, "site: baker\n");
        return await CommandLine.RunAsync(["publish", file, "--gateway", gateway.Address, "--token", "given", .. more]);
    }
}
