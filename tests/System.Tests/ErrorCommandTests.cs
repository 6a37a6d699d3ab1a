using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>What the commands about error queues say when there is nothing to do it with.</summary>
[Collection(AsMany.Name)]
public sealed class ErrorCommandTests(RunningAsMany running)
{
    private string Broker => ((ManyProcesses)running.Product).Broker;

    [Theory]
    [InlineData(1, "errors", "show", "no-such_error")]
    [InlineData(1, "errors", "replay", "no-such_error")]
    [InlineData(2, "errors", "show", "newsletter-consent-changed")]
    [InlineData(2, "errors", "list", "--broker", "http://localhost")]
    [InlineData(3, "errors", "list", "--broker", "amqp://guest:guest@127.0.0.1:1/")]
    public async Task What_cannot_be_done_says_why_and_ends_with_its_code(int code, params string[] arguments)
    {
        var (ended, output, errors) = await CommandLine.RunAsync(arguments.Contains("--broker") ? arguments : [.. arguments, "--broker", Broker]);
        Assert.Equal((code, ""), (ended, output));
        Assert.NotEmpty(errors);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }
}
