using System.Globalization;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>A file of another banner's decisions goes in by the command line, through the gateway, in pieces.</summary>
[Collection(AsOne.Name)]
public sealed class ImportCommandTests(RunningAsOne running) : IDisposable
{
    private const int Rows = 12_000;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_file_of_several_pieces_goes_in_once_tells_which_lines_were_refused_and_goes_on_where_it_was_broken_off()
    {
        var (site, visitor) = (new Site(running.Product, "weefgoed"), running.Product.Secrets.Visitor());
        await site.DecideAsync(visitor, statistics: false);
        var file = Path.Combine(_folder.Path, "decisions.ndjson");
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, Rows).Select(line => line switch
        {
            7 => "not a row",
            11_000 => Row(line, visitor, true),
            _ => Row(line, Consent.Contracts.RandomId.New(), line % 2 == 0),
        }));

        var first = await ImportAsync(file);
        var again = await ImportAsync(file);
        await File.WriteAllTextAsync($"{file}.progress", "11990");
        var rest = await ImportAsync(file);

        Assert.Equal("""{"rows":12000,"recorded":11998,"known":0,"refused":2}""", first);
        Assert.Equal("""{"rows":12000,"recorded":0,"known":11998,"refused":2}""", again);
        Assert.Equal("""{"rows":10,"recorded":0,"known":10,"refused":0}""", rest);
        var refused = (await File.ReadAllLinesAsync($"{file}.errors.ndjson")).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal([7, 11_000], refused.Select(r => (int)r["line"]!));
        Assert.Contains("an import never weakens", (string)refused[1]["reason"]!, StringComparison.Ordinal);
        Assert.Equal("refused", await site.StatusAsync(visitor, "statistics"));
        Assert.False(File.Exists($"{file}.progress"));
    }

    public void Dispose() => _folder.Dispose();

    private static string Row(int line, string visitor, bool yes) => new JsonObject
    {
        ["subjectId"] = visitor,
        ["decidedAt"] = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("O", CultureInfo.InvariantCulture),
        ["reference"] = $"row-{line}",
        ["purposes"] = new JsonObject { ["statistics"] = yes },
    }.ToJsonString();

    /// <returns>What it wrote to standard output.</returns>
    private async Task<string> ImportAsync(string file)
    {
        await using var command = new ServiceProcess("import", Repository.Program("tools/cli"), running.Product.Gateway, new Dictionary<string, string>(StringComparer.Ordinal))
        {
            Arguments = ["import", file, "--site", "weefgoed", "--system", "klaro", "--gateway", running.Product.Gateway.ToString(), "--data", running.Product.Data, "--json"],
        };
        command.Start();
        Assert.True(await command.EndedAsync());
        return command.Output.First(l => l.StartsWith('{'));
    }
}
