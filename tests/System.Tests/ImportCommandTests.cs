using System.Globalization;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>
/// A file of another banner's decisions goes in by the command line, through the gateway, in pieces. On a product of its own: for
/// minutes afterwards its subscribers are busy with so many.
/// </summary>
public sealed class ImportCommandTests : IAsyncLifetime
{
    private const int Rows = 6000;
    private readonly OneProcess _product = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_file_of_several_pieces_goes_in_once_and_tells_which_lines_were_refused()
    {
        var (site, visitor) = (new Site(_product, "weefgoed"), _product.Secrets.Visitor());
        await site.DecideAsync(visitor, statistics: false);
        var file = Path.Combine(_folder.Path, "decisions.ndjson");
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, Rows).Select(line => line switch
        {
            7 => "not a row",
            5500 => Row(line, visitor, true),
            _ => Row(line, Consent.Contracts.RandomId.New(), line % 2 == 0),
        }));

        var first = await ImportAsync(file);
        var again = await ImportAsync(file);

        Assert.Equal("""{"rows":6000,"recorded":5998,"known":0,"refused":2}""", first);
        Assert.Equal("""{"rows":6000,"recorded":0,"known":5998,"refused":2}""", again);
        var refused = (await File.ReadAllLinesAsync($"{file}.errors.ndjson")).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal([7, 5500], refused.Select(r => (int)r["line"]!));
        Assert.Contains("an import never weakens", (string)refused[1]["reason"]!, StringComparison.Ordinal);
        Assert.Equal("refused", await site.StatusAsync(visitor, "statistics"));
        Assert.False(File.Exists($"{file}.progress"));
    }

    public async ValueTask InitializeAsync() => await _product.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _product.DisposeAsync();
        _folder.Dispose();
    }

    private static string Row(int line, string visitor, bool yes) => new JsonObject
    {
        ["subjectId"] = visitor,
        ["decidedAt"] = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("O", CultureInfo.InvariantCulture),
        ["reference"] = $"row-{line}",
        ["purposes"] = new JsonObject { ["statistics"] = yes },
        // Wide enough for a second piece.
        ["evidence"] = new string('e', 150),
    }.ToJsonString();

    /// <returns>What it wrote to standard output.</returns>
    private async Task<string> ImportAsync(string file) => (await CommandLine.RunAsync(
        "import", file, "--site", "weefgoed", "--system", "klaro", "--gateway", _product.Gateway.ToString(), "--data", _product.Data, "--json")).Output;
}
