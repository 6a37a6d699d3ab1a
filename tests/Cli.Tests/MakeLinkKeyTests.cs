using Consent.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests;

/// <summary><c>marketing link-key</c> as an operator runs it.</summary>
public sealed class MakeLinkKeyTests
{
    private const string Answer = """{"key":"consent-link-key-2:1:1:baker-bv:baker:secret","version":1,"generation":1,"publicUrl":"https://opt-out.example/"}""";

    [Theory]
    [InlineData(false, "POST /v1/sites/baker/marketing/link-key Bearer given")]
    [InlineData(true, "POST /v1/sites/baker/marketing/link-key?rotate=true Bearer given")]
    public async Task The_key_alone_is_printed_and_a_new_one_is_made_when_that_was_asked_for(bool rotate, string asked)
    {
        await using var gateway = await KeyGateway.StartAsync(200, Answer);
        Assert.Equal((0, "consent-link-key-2:1:1:baker-bv:baker:secret", ""), await RunAsync(gateway, rotate ? ["--rotate"] : []));
        Assert.Equal([asked], gateway.Asked);
    }

    [Fact]
    public async Task A_refusal_is_told_in_its_words()
    {
        await using var gateway = await KeyGateway.StartAsync(409, """{"title":"The key of this site was revoked 255 times.","detail":"Go on with it."}""");
        Assert.Equal((1, "", "The key of this site was revoked 255 times. Go on with it."), await RunAsync(gateway, "--rotate"));
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(KeyGateway gateway, params string[] more) =>
        CommandLine.RunAsync(["marketing", "link-key", "--site", "baker", "--gateway", gateway.Address, "--token", "given", .. more]);

    /// <summary>Answers every request with the same.</summary>
    private sealed class KeyGateway(int status, string answer) : StandInGateway<string>
    {
        public static async Task<KeyGateway> StartAsync(int status, string answer)
        {
            var gateway = new KeyGateway(status, answer);
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
