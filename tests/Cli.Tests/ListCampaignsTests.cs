using Consent.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests;

/// <summary><c>marketing campaigns</c> as a campaign's owner runs it.</summary>
public sealed class ListCampaignsTests
{
    private const string Two = """
        {"site":"baker","campaigns":[
          {"campaign":"spring-2026","links":12000,"linksByDay":[],"optOuts":31,"takenBack":1,"forgotten":0,"open":2,"waitsFor":["analytics","newsletter"],
           "everywhere":{"optOuts":29,"p50Ms":84,"p95Ms":1234,"p99Ms":61000,"maxMs":7200000}},
          {"campaign":"a","links":1,"linksByDay":[],"optOuts":0,"takenBack":0,"forgotten":0,"open":0}],"note":"Not all is counted."}
        """;

    [Fact]
    public async Task Campaigns_are_told_as_a_table_with_what_is_waited_for_under_it()
    {
        await using var gateway = await CampaignsGateway.StartAsync(200, Two);
        var (code, output, _) = await RunAsync(gateway);
        Assert.Equal(0, code);
        Assert.Equal(
            """
            CAMPAIGN      LINKS  OPT-OUTS  TAKEN BACK  OPEN  MEDIAN   95 %     99 %  LONGEST
            spring-2026  12,000        31           1     2   84 ms  1.2 s  1.0 min    2.0 h
            a                 1         0           0     0       -      -        -        -
            spring-2026 waits for analytics, newsletter.
            Not all is counted.
            """,
            output);
        Assert.Equal(["GET /v1/sites/baker/marketing/campaigns?limit=10 Bearer given"], gateway.Asked);
    }

    [Fact]
    public async Task Links_of_which_nobody_told_are_unknown_and_not_none()
    {
        await using var gateway = await CampaignsGateway.StartAsync(
            200, """{"site":"baker","campaigns":[{"campaign":"offline","linksByDay":[],"optOuts":3,"takenBack":0,"forgotten":0,"open":0}]}""");
        var (code, output, _) = await RunAsync(gateway);
        Assert.Equal(0, code);
        Assert.Matches("offline +unknown +3 +0 +0", output);
    }

    [Fact]
    public async Task One_campaign_is_asked_for_by_its_name()
    {
        await using var gateway = await CampaignsGateway.StartAsync(200, """{"site":"baker","campaigns":[],"note":"Not all is counted."}""");
        var (code, output, _) = await RunAsync(gateway, "--campaign", "spring&2026");
        Assert.Equal((0, "Nothing is known of it: no link was made here, and nobody opted out. Not all is counted."), (code, output));
        Assert.Equal(["GET /v1/sites/baker/marketing/campaigns?campaign=spring%262026 Bearer given"], gateway.Asked);
    }

    [Fact]
    public async Task For_programs_the_answer_is_told_as_it_is()
    {
        const string Answer = """{"site":"baker","campaigns":[],"note":"Not all is counted."}""";
        await using var gateway = await CampaignsGateway.StartAsync(200, Answer);
        Assert.Equal((0, Answer, ""), await RunAsync(gateway, "--json"));
    }

    [Fact]
    public async Task A_refusal_is_told_in_its_words()
    {
        await using var gateway = await CampaignsGateway.StartAsync(404, """{"title":"There is no such site.","detail":"Check the site id."}""");
        Assert.Equal((1, "", "There is no such site. Check the site id."), await RunAsync(gateway));
    }

    [Fact]
    public async Task An_unreachable_gateway_is_said_to_be_so() =>
        Assert.Equal(3, (await CommandLine.RunAsync("marketing", "campaigns", "--site", "baker", "--gateway", "http://127.0.0.1:1", "--token", "given")).Code);

    private static Task<(int Code, string Output, string Errors)> RunAsync(CampaignsGateway gateway, params string[] more) =>
        CommandLine.RunAsync(["marketing", "campaigns", "--site", "baker", "--gateway", gateway.Address, "--token", "given", .. more]);

    /// <summary>Answers every request with the same.</summary>
    private sealed class CampaignsGateway(int status, string answer) : StandInGateway<string>
    {
        public static async Task<CampaignsGateway> StartAsync(int status, string answer)
        {
            var gateway = new CampaignsGateway(status, answer);
            await gateway.ListenAsync();
            return gateway;
        }

        protected override Task AnswerAsync(HttpContext context)
        {
            var request = context.Request;
            Keep($"{request.Method} {request.Path}{request.QueryString} {request.Headers.Authorization}");
            return WriteAsync(context, status, answer);
        }
    }
}
