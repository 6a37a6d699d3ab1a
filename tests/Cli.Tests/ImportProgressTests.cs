using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary>An import that was broken off goes on where it was, and no other goes on there.</summary>
public sealed class ImportProgressTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Rows => _folder.File("opt-ins.ndjson");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_broken_off_goes_on_behind_the_last_piece_that_went_in()
    {
        await using var gateway = await BreakingOffAsync();
        await WriteAsync(10_002, bad: 10_002);

        var (code, _, errors) = await ImportAsync(gateway);
        Assert.Equal(1, code);
        Assert.Contains("Try again in a few seconds.", errors, StringComparison.Ordinal);
        Assert.Equal(["opt-ins.ndjson", "opt-ins.ndjson.progress"], Directory.GetFiles(_folder.Path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));

        (code, var output, errors) = await ImportAsync(gateway);
        Assert.Equal((1, "1 recorded, 0 known, 1 refused."), (code, output));
        Assert.DoesNotContain("begins anew", errors, StringComparison.Ordinal);
        Assert.Equal([10_000, 2, 2], gateway.Asked.Select(asked => asked.Rows));
        Assert.Equal(10_002, (int)JsonNode.Parse(Assert.Single(await File.ReadAllLinesAsync($"{Rows}.errors.ndjson")))!["line"]!);
        Assert.False(File.Exists($"{Rows}.progress"));
    }

    [Fact]
    public async Task In_a_CSV_file_the_header_is_a_line_and_goes_before_each_piece()
    {
        await using var gateway = await BreakingOffAsync();
        var file = _folder.File("decisions.csv");
        await File.WriteAllLinesAsync(file, [.. Enumerable.Range(1, 10_001).Select(row => $"row-{row}").Prepend("reference"), "", "bad"]);
        string[] command = ["import", file, "--site", "baker", "--system", "cookiebot", "--gateway", gateway.Address, "--token", "given"];

        Assert.Equal(1, (await CommandLine.RunAsync(command)).Code);
        Assert.Equal("1 recorded, 0 known, 1 refused.", (await CommandLine.RunAsync(command)).Output);

        Assert.Equal([10_000, 2, 2], gateway.Asked.Select(asked => asked.Rows));
        Assert.All(gateway.Asked, asked => Assert.Equal("POST /v1/sites/baker/imports?system=cookiebot text/csv", asked.Request));
        Assert.Equal("""{"line":10004,"reason":"Leave it out."}""", Assert.Single(await File.ReadAllLinesAsync($"{file}.errors.ndjson")));
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("site")]
    [InlineData("system")]
    [InlineData("row")]
    [InlineData("length")]
    public async Task Where_another_import_was_broken_off_this_one_begins_anew_and_says_so(string other)
    {
        await using var gateway = await BreakingOffAsync();
        await using var elsewhere = await ImportingGateway.StartAsync();
        await WriteAsync(10_002);
        Assert.Equal(1, (await ImportAsync(gateway)).Code);
        if (other == "row") await File.WriteAllTextAsync(Rows, (await File.ReadAllTextAsync(Rows)).Replace("reader-7@", "reader-x@", StringComparison.Ordinal));
        if (other == "length") await File.AppendAllTextAsync(Rows, "\n");

        var (code, _, errors) = await ImportAsync(
            other == "gateway" ? elsewhere : gateway, other == "site" ? "butcher" : "baker", other == "system" ? "brevo" : "mailchimp");

        Assert.Equal(0, code);
        Assert.Contains("is of another import", errors, StringComparison.Ordinal);
        Assert.Contains("begins anew", errors, StringComparison.Ordinal);
        Assert.Equal([10_000, 2], (other == "gateway" ? elsewhere.Asked : gateway.Asked.Skip(2)).Select(asked => asked.Rows));
        Assert.False(File.Exists($"{Rows}.progress"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"to":"http://""")]
    public async Task Where_the_progress_cannot_be_read_the_import_begins_anew_and_says_so(string progress)
    {
        await using var gateway = await ImportingGateway.StartAsync();
        await WriteAsync(3);
        await File.WriteAllTextAsync($"{Rows}.progress", progress);

        var (code, output, errors) = await ImportAsync(gateway);

        Assert.Equal((0, "3 recorded, 0 known, 0 refused."), (code, output));
        Assert.Contains("cannot be read. This import begins anew", errors, StringComparison.Ordinal);
        Assert.False(File.Exists($"{Rows}.progress"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>Welcome</html>")]
    [InlineData("[]")]
    [InlineData("""{"line":1,"reason":"Leave it out."}""")]
    [InlineData("""{"line":1,"reason":"Lea""")]
    [InlineData("""{"summary":{"rows":1,"recorded":1,"known":0,"refused":0}}""")]
    [InlineData("""{"summary":{"rows":3,"recorded":3,"known":0,"refused":0}}""")]
    [InlineData("""{"summary":{"recorded":2}}""")]
    public async Task An_answer_that_is_not_about_all_rows_stops_the_import_and_they_are_sent_again(string answer)
    {
        await using var gateway = await ImportingGateway.StartAsync(times => times == 2 ? (200, answer) : null);
        await WriteAsync(10_002);

        var (code, output, errors) = await ImportAsync(gateway);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("lines 10001 to 10002", errors, StringComparison.Ordinal);
        Assert.Contains("Run the same command again", errors, StringComparison.Ordinal);
        Assert.False(File.Exists($"{Rows}.errors.ndjson"));
        Assert.Equal((0, "2 recorded, 0 known, 0 refused."), await CodeAndOutputAsync(gateway));
        Assert.Equal([10_000, 2, 2], gateway.Asked.Select(asked => asked.Rows));
    }

    /// <summary>The second piece is not taken.</summary>
    private static Task<ImportingGateway> BreakingOffAsync() => ImportingGateway.StartAsync(times => times == 2 ? ImportingGateway.Unavailable : null);

    private Task<(int Code, string Output, string Errors)> ImportAsync(ImportingGateway gateway, string site = "baker", string system = "mailchimp") =>
        CommandLine.RunAsync("marketing", "import", Rows, "--site", site, "--system", system, "--gateway", gateway.Address, "--token", "given");

    private async Task<(int Code, string Output)> CodeAndOutputAsync(ImportingGateway gateway)
    {
        var (code, output, _) = await ImportAsync(gateway);
        return (code, output);
    }

    private Task WriteAsync(int rows, int bad = 0) =>
        File.WriteAllLinesAsync(Rows, Enumerable.Range(1, rows).Select(line => $$"""{"address":"reader-{{line}}@x.nl","reference":"{{(line == bad ? "bad" : "")}}{{line}}"}"""));
}
