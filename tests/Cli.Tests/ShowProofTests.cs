using Consent.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests;

/// <summary><c>marketing proof</c> as somebody runs it who has to show why an address was mailed.</summary>
public sealed class ShowProofTests
{
    private const string Confirmed = """
        {"id":"0123","kind":"marketing-subscribed","topic":"news","action":"confirmed-subscribe","recordedAt":"2026-03-02T14:00:00.000Z",
         "proof":{"textHash":"ab","confirmedAt":"2026-03-02T14:00:00.000Z","softOptIn":{"sameLegalEntity":{"holds":true}}},
         "text":{"name":"Brood","description":"Elke week."},"mail":{"subject":"Bevestig","text":"Wilt u dit?\n\n\nDe bakker\n"}}
        """;

    [Fact]
    public async Task The_proof_is_told_with_the_texts_of_which_it_has_the_hashes()
    {
        await using var gateway = await RecordGateway.StartAsync(200, Confirmed);
        var (code, output, _) = await RunAsync(gateway);
        Assert.Equal(0, code);
        Assert.Equal(
            """
            marketing-subscribed of news (confirmed-subscribe), recorded 2026-03-02T14:00:00.000Z
              textHash: ab
              confirmedAt: 2026-03-02T14:00:00.000Z
              softOptIn: {"sameLegalEntity":{"holds":true}}
            Shown to the person:
              Brood
              Elke week.
            Sent to him, with links in their places:
              Bevestig

              Wilt u dit?


              De bakker
            """,
            output);
        Assert.Equal(["GET /v1/sites/baker/marketing/records/0123 Bearer given"], gateway.Asked);
    }

    [Fact]
    public async Task An_opt_out_proves_no_opt_in()
    {
        await using var gateway = await RecordGateway.StartAsync(
            200, """{"id":"0123","kind":"marketing-unsubscribed","topic":"*","action":"objection","recordedAt":"2026-03-02T14:00:00.000Z"}""");
        Assert.Equal(
            (0, "marketing-unsubscribed of * (objection), recorded 2026-03-02T14:00:00.000Z\nIt proves no opt-in.", ""), await RunAsync(gateway));
    }

    [Fact]
    public async Task What_is_not_there_is_told_in_the_words_of_the_service()
    {
        await using var gateway = await RecordGateway.StartAsync(404, """{"title":"There is no such record of marketing here.","detail":"Send the receipt of a check."}""");
        Assert.Equal((1, "", "There is no such record of marketing here. Send the receipt of a check."), await RunAsync(gateway));
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(RecordGateway gateway) =>
        CommandLine.RunAsync("marketing", "proof", "0123", "--site", "baker", "--gateway", gateway.Address, "--token", "given");

    /// <summary>Answers every request with the same.</summary>
    private sealed class RecordGateway(int status, string answer) : StandInGateway<string>
    {
        public static async Task<RecordGateway> StartAsync(int status, string answer)
        {
            var gateway = new RecordGateway(status, answer);
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
