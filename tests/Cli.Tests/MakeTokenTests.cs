using System.Text;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary><c>token</c> as a developer runs it.</summary>
public sealed class MakeTokenTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("audit")]
    [InlineData("privacy-officer")]
    [InlineData("operator")]
    public async Task A_token_of_a_role_opens_one_controller(string role)
    {
        var (code, output, _) = await RunAsync("--scope", role, "--controller", "bakers");
        Assert.Equal(0, code);
        var claims = ClaimsOf(output);
        Assert.Equal((role, "bakers", "consent"), ((string?)claims["scope"], (string?)claims["controller"]![0], (string?)claims["aud"]));
    }

    [Fact]
    public async Task What_is_no_scope_is_not_understood_and_the_roles_are_told()
    {
        var (code, output, errors) = await RunAsync("--scope", "auditor");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("Scopes are consent, marketing, audit, privacy-officer, operator, admin.", errors, StringComparison.Ordinal);
        var (_, help, _) = await CommandLine.RunAsync("token", "--help");
        Assert.Contains("privacy-officer sees that too", help, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(params string[] more) => CommandLine.RunAsync(["token", "--data", _data.Path, .. more]);

    private static JsonNode ClaimsOf(string token)
    {
        var payload = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
        return JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(payload.PadRight((payload.Length + 3) / 4 * 4, '='))))!;
    }
}
