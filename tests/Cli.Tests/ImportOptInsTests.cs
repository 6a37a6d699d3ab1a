using System.Buffers.Text;
using System.Text;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary><c>marketing import</c> as a marketer runs it.</summary>
public sealed class ImportOptInsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Rows => _folder.File("opt-ins.ndjson");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_goes_in_in_pieces_and_it_is_told_what_became_of_it_and_which_lines_were_refused()
    {
        await using var gateway = await ImportingGateway.StartAsync();
        await WriteAsync(10_003, (2, "bare"), (10_001, "bad"), (10_003, "bare"));

        var (code, output, errors) = await ImportAsync(gateway);

        Assert.Equal((1, "10002 recorded (2 of them unproven: not to be mailed), 0 known, 1 refused."), (code, output));
        Assert.DoesNotContain("x.nl", errors, StringComparison.Ordinal);
        Assert.Equal(["""{"line":10001,"reason":"Leave it out."}"""], await File.ReadAllLinesAsync($"{Rows}.errors.ndjson"));
        Assert.Equal([10_000, 3], gateway.Asked.Select(asked => asked.Rows));
        Assert.Equal(["opt-ins.ndjson", "opt-ins.ndjson.errors.ndjson"], Directory.GetFiles(_folder.Path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.All(gateway.Asked, asked => Assert.Equal("POST /v1/sites/baker/marketing/import?system=mailchimp application/x-ndjson", asked.Request));
    }

    [Fact]
    public async Task A_piece_is_measured_in_bytes_and_a_row_that_is_longer_goes_alone()
    {
        await using var gateway = await ImportingGateway.StartAsync();
        await File.WriteAllLinesAsync(Rows, [.. Enumerable.Repeat(new string('ω', 1_000), 700), new string('ω', 500_000), "{}"]);

        var (code, output, _) = await ImportAsync(gateway);

        Assert.Equal((0, "702 recorded, 0 known, 0 refused."), (code, output));
        Assert.Equal([(449, 898_449), (251, 502_251), (1, 1_000_001), (1, 3)], gateway.Asked.Select(asked => (asked.Rows, asked.Bytes)));
    }

    [Fact]
    public async Task For_programs_the_sums_are_told_in_json()
    {
        await using var gateway = await ImportingGateway.StartAsync();
        await WriteAsync(3, (2, "bare"));
        Assert.Equal((0, """{"rows":3,"recorded":3,"known":0,"refused":0,"unproven":1}""", ""), await ImportAsync(gateway, "--json"));
        await WriteAsync(2);
        Assert.Equal((0, """{"rows":2,"recorded":2,"known":0,"refused":0}""", ""), await ImportAsync(gateway, "--json"));
    }

    [Fact]
    public async Task A_token_that_is_made_here_is_for_marketing_and_each_piece_has_its_own()
    {
        await using var gateway = await ImportingGateway.StartAsync();
        await WriteAsync(10_001);

        var (code, _, _) = await CommandLine.RunAsync(
            "marketing", "import", Rows, "--site", "baker", "--system", "mailchimp", "--gateway", gateway.Address, "--data", _folder.File("data"));

        Assert.Equal(0, code);
        var tokens = gateway.Asked.Select(asked => asked.Token).ToList();
        Assert.Equal(2, tokens.Distinct(StringComparer.Ordinal).Count());
        Assert.All(tokens, token => Assert.Contains("\"scope\":\"marketing\"", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[1])), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("There is no file", "nothing.ndjson")]
    [InlineData("'--system' is required", null)]
    public async Task A_command_line_that_cannot_be_right_is_refused_and_nothing_is_sent(string says, string? file)
    {
        await using var gateway = await ImportingGateway.StartAsync();
        await WriteAsync(1);
        string[] system = file is null ? [] : ["--system", "mailchimp"];
        var (code, output, errors) = await CommandLine.RunAsync(
            ["marketing", "import", _folder.File(file ?? "opt-ins.ndjson"), "--site", "baker", "--gateway", gateway.Address, "--token", "given", .. system]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(says, errors, StringComparison.Ordinal);
        Assert.Empty(gateway.Asked);
    }

    private Task<(int Code, string Output, string Errors)> ImportAsync(ImportingGateway gateway, params string[] more) =>
        CommandLine.RunAsync(["marketing", "import", Rows, "--site", "baker", "--system", "mailchimp", "--gateway", gateway.Address, "--token", "given", .. more]);

    /// <param name="marked">Lines, from 1, with the word that they hold.</param>
    private Task WriteAsync(int rows, params (int Line, string Word)[] marked) => File.WriteAllLinesAsync(
        Rows, Enumerable.Range(1, rows).Select(line => $$"""{"address":"reader-{{line}}@x.nl","reference":"{{marked.FirstOrDefault(m => m.Line == line).Word}}{{line}}"}"""));
}
