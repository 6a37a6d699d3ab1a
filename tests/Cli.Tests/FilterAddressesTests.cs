using System.Text;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests;

/// <summary><c>marketing filter</c> as a marketer runs it.</summary>
public sealed class FilterAddressesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string List => _folder.File("list.csv");

    private IEnumerable<string> Files => Directory.GetFiles(_folder.Path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_list_becomes_three_files_and_no_address_is_shown()
    {
        await using var gateway = await FilterAddressesGateway.StartAsync();
        await File.WriteAllTextAsync(List, "name,email\nJan,yes@x.nl\nPiet,no@x.nl\nKees,nobody@x.nl\nEls,nonsense\n");
        var (code, output, errors) = await FilterAsync(gateway);
        Assert.Equal((0, $"""
            1 may be mailed: {_folder.File("list.permitted.csv")}
            2 may not (1 no-basis, 1 suppressed): {_folder.File("list.refused.csv")}
            1 cannot be read: {_folder.File("list.errors.csv")}
            """), (code, output));
        Assert.DoesNotContain("x.nl", errors, StringComparison.Ordinal);
        Assert.Equal("name,email\nJan,yes@x.nl\n", await ReadAsync("list.permitted.csv"));
        Assert.Equal("name,email,reason,receipt\nPiet,no@x.nl,suppressed,receipt-no\nKees,nobody@x.nl,no-basis,\n", await ReadAsync("list.refused.csv"));
        Assert.Equal("line,why\n5,this is no address\n", await ReadAsync("list.errors.csv"));
        Assert.Equal(("POST /v1/sites/baker/marketing/check Bearer given news email", 4), Assert.Single(gateway.Asked));
    }

    [Fact]
    public async Task A_channel_is_asked_about_as_it_is_named()
    {
        await using var gateway = await FilterAddressesGateway.StartAsync();
        await File.WriteAllTextAsync(List, "name,mobile\nJan,yes@x.nl\n");
        Assert.Equal(0, (await FilterAsync(gateway, "--channel", "sms", "--column", "mobile")).Code);
        Assert.Equal("name,mobile\nJan,yes@x.nl\n", await ReadAsync("list.permitted.csv"));
        Assert.Equal("POST /v1/sites/baker/marketing/check Bearer given news sms", Assert.Single(gateway.Asked).Request);
    }

    [Fact]
    public async Task A_public_list_of_objections_that_some_rows_depend_on_is_named()
    {
        await using var gateway = await FilterAddressesGateway.StartAsync();
        await File.WriteAllTextAsync(List, "email\nyes@x.nl\nyes-unless-1@x.nl\nyes-unless-2@x.nl\n");
        var (code, output, _) = await FilterAsync(gateway);
        Assert.Equal((0, $"""
            3 may be mailed: {_folder.File("list.permitted.csv")}
              2 of them unless they stand in a public list of objections, which is not known here: Bloctel
            0 may not: {_folder.File("list.refused.csv")}
            0 cannot be read: {_folder.File("list.errors.csv")}
            """), (code, output));
        Assert.Equal("email\nyes@x.nl\nyes-unless-1@x.nl\nyes-unless-2@x.nl\n", await ReadAsync("list.permitted.csv"));

        var told = JsonNode.Parse((await FilterAsync(gateway, "--json", "--out", _folder.File("a.csv"), "--refused", _folder.File("b.csv"), "--errors", _folder.File("c.csv"))).Output)!;
        Assert.Equal(2, (int)told["registers"]!["Bloctel"]!);
    }

    [Fact]
    public async Task For_programs_the_sums_and_the_files_are_told_in_json()
    {
        await using var gateway = await FilterAddressesGateway.StartAsync();
        await File.WriteAllTextAsync(List, "yes@x.nl\nno@x.nl\n");
        var (code, output, errors) = await FilterAsync(gateway, "--json", "--column", "1", "--out", _folder.File("mail.csv"));
        Assert.Equal((0, ""), (code, errors));
        var told = JsonNode.Parse(output)!;
        Assert.Equal((1, 1, 0), ((int)told["permitted"]!, (int)told["refused"]!, (int)told["unreadable"]!));
        Assert.Equal(1, (int)told["reasons"]!["suppressed"]!);
        Assert.Equal(_folder.File("mail.csv"), (string)told["files"]!["permitted"]!);
        Assert.Equal("yes@x.nl\n", await ReadAsync("mail.csv"));
    }

    [Fact]
    public async Task A_gateway_that_fails_at_the_third_call_leaves_no_file()
    {
        await using var gateway = await FilterAddressesGateway.StartAsync(async (times, context) =>
        {
            if (times < 3) return false;
            context.Response.StatusCode = 503;
            await context.Response.WriteAsJsonAsync(new { title = "The service cannot answer just now.", detail = "Try again in a few seconds." });
            return true;
        });
        await WriteManyAsync(25_000);
        var (code, output, errors) = await FilterAsync(gateway);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("Try again in a few seconds. No file was written.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("x.nl", errors, StringComparison.Ordinal);
        Assert.Equal([10_000, 10_000, 5_000], gateway.Asked.Select(asked => asked.Addresses));
        Assert.Equal(["list.csv"], Files);
    }

    [Theory]
    [InlineData("""{"results":[{"permitted":true,"reason":"opted-in"}]}""")]
    [InlineData("""{"results":[null,null]}""")]
    [InlineData("[]")]
    [InlineData("<html>Welcome</html>")]
    public async Task What_is_not_an_answer_to_each_address_permits_nothing(string body)
    {
        await using var gateway = await FilterAddressesGateway.StartAsync(async (_, context) =>
        {
            await context.Response.WriteAsync(body);
            return true;
        });
        await WriteManyAsync(2);
        Assert.Equal((1, ""), await CodeAndOutputAsync(gateway));
        Assert.Equal(["list.csv"], Files);
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_leaves_no_file()
    {
        await WriteManyAsync(2);
        var (code, _, errors) = await CommandLine.RunAsync("marketing", "filter", List, "--site", "baker", "--topic", "news", "--token", "given", "--gateway", $"http://127.0.0.1:{FreePorts.Take(1)[0]}");
        Assert.Equal(3, code);
        Assert.Contains("could not be reached", errors, StringComparison.Ordinal);
        Assert.Equal(["list.csv"], Files);
    }

    [Fact]
    public async Task A_run_that_is_stopped_leaves_no_file()
    {
        await using var gateway = await FilterAddressesGateway.StartAsync(async (times, context) =>
        {
            if (times < 2) return false;
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        });
        await WriteManyAsync(20_000);
        await using var tool = new ServiceProcess("filter", Repository.Program("tools/cli"), new Uri(gateway.Address), new Dictionary<string, string>())
        {
            Arguments = ["marketing", "filter", List, "--site", "baker", "--topic", "news", "--token", "given", "--gateway", gateway.Address],
        };
        tool.Start();
        await Eventually.IsSoAsync("the second call is made", () => Task.FromResult(gateway.Asked.Count == 2), seen: tool.LastLines);
        Assert.Equal(["list.csv", "list.errors.csv.part", "list.permitted.csv.part", "list.refused.csv.part"], Files);

        Assert.True(await tool.StopAsync());
        Assert.NotEqual(0, tool.ExitCode);
        Assert.Equal(["list.csv"], Files);
    }

    [Theory]
    [InlineData("list.permitted.csv")]
    [InlineData("list.refused.csv")]
    [InlineData("list.errors.csv")]
    public async Task A_file_that_is_there_already_is_not_written_over_and_nobody_is_asked(string there)
    {
        await using var gateway = await FilterAddressesGateway.StartAsync();
        await WriteManyAsync(2);
        await File.WriteAllTextAsync(_folder.File(there), "of yesterday");
        Assert.Equal((2, ""), await CodeAndOutputAsync(gateway));
        Assert.Equal("of yesterday", await ReadAsync(there));
        Assert.Empty(gateway.Asked);
    }

    [Theory]
    [InlineData("has no column 'email'", "yes@x.nl,Jan\nno@x.nl,Piet\n")]
    [InlineData("has no column 'e-mail'", "email\nyes@x.nl\n", "--column", "e-mail")]
    [InlineData("counted from 1", "yes@x.nl\n", "--column", "0")]
    [InlineData("The header cannot be read", "email\",name\nyes@x.nl,Jan\n")]
    [InlineData("The list is empty", "")]
    [InlineData("three files", "email\nyes@x.nl\n", "--refused", "same.csv", "--errors", "same.csv")]
    [InlineData("'--topic' is required", null)]
    public async Task A_list_or_a_command_line_that_cannot_be_right_is_refused_and_shows_no_address(string says, string? list, params string[] more)
    {
        await using var gateway = await FilterAddressesGateway.StartAsync();
        await File.WriteAllTextAsync(List, list);
        var (code, output, errors) = list is null
            ? await CommandLine.RunAsync("marketing", "filter", List, "--site", "baker")
            : await FilterAsync(gateway, more);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(says, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("x.nl", errors, StringComparison.Ordinal);
        Assert.Equal(["list.csv"], Files);
        Assert.Empty(gateway.Asked);
    }

    [Fact]
    public async Task What_comes_out_is_readable_to_whom_the_list_is()
    {
        await using var gateway = await FilterAddressesGateway.StartAsync();
        await WriteManyAsync(2);
        File.SetUnixFileMode(List, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(0, (await FilterAsync(gateway)).Code);
        foreach (var file in Directory.GetFiles(_folder.Path)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private Task<(int Code, string Output, string Errors)> FilterAsync(FilterAddressesGateway gateway, params string[] more) =>
        CommandLine.RunAsync(["marketing", "filter", List, "--site", "baker", "--topic", "news", "--gateway", gateway.Address, "--token", "given", .. more]);

    private async Task<(int Code, string Output)> CodeAndOutputAsync(FilterAddressesGateway gateway)
    {
        var (code, output, _) = await FilterAsync(gateway);
        return (code, output);
    }

    private Task<string> ReadAsync(string file) => File.ReadAllTextAsync(_folder.File(file), Encoding.UTF8);

    private Task WriteManyAsync(int rows) =>
        File.WriteAllLinesAsync(List, Enumerable.Range(0, rows).Select(i => $"yes-{i}@x.nl").Prepend("email"));
}
