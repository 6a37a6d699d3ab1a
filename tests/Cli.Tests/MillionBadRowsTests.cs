using System.Globalization;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary>A file of which no row is any good is told row by row, by a tool whose heap could hold neither the rows nor what there is to tell of them.</summary>
public sealed class MillionBadRowsTests : IDisposable
{
    private const int Rows = 1_000_000;

    /// <summary>64 MiB, as the runtime reads it: with the next object beyond, the tool ends.</summary>
    private const string LargestHeap = "4000000";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Filter_names_each_by_its_line()
    {
        // The first of them is asked about, and kept until then.
        var note = new string('n', 200);
        (string Row, string Why)[] kinds =
        [
            ($"{note},nonsense", "this is no address"),
            ("a,", "there is no address"),
            ("a,ye\"s@x.nl", "its quotes do not match"),
            ("\"a,yes@x.nl", "its quotes do not match"),
            ("a", "there is no such column"),
            ($"a,{new string('x', 321)}", "the address is longer than 320 characters"),
            ("a,yes\u0007@x.nl", "this is no address"),
            ("a,b,yes@x.nl", "it has more cells than the first row"),
        ];
        var list = _folder.File("list.csv");
        await WriteAsync(list, i => kinds[i % kinds.Length].Row, "name,email");
        await using var gateway = await FilterAddressesGateway.StartAsync();

        await using var tool = await RunAsync("marketing", "filter", list, "--site", "baker", "--topic", "news", "--gateway", gateway.Address, "--token", "given");

        Assert.Equal((0, ""), (tool.ExitCode, tool.ExitCode == 0 ? "" : tool.LastLines()));
        Assert.Contains($"1,000,000 cannot be read: {_folder.File("list.errors.csv")}", tool.Output);
        Told(_folder.File("list.errors.csv"), "line,why", i => string.Create(CultureInfo.InvariantCulture, $"{i + 2},{kinds[i % kinds.Length].Why}"));
        Assert.Equal("name,email\n", await File.ReadAllTextAsync(_folder.File("list.permitted.csv")));
        Assert.Equal(Rows / kinds.Length, gateway.Asked.Sum(asked => asked.Addresses));
    }

    [Fact]
    public async Task Import_names_each_by_its_line()
    {
        var rows = _folder.File("opt-ins.ndjson");
        await WriteAsync(rows, _ => """{"reference":"bad"}""");
        await using var gateway = await ImportingGateway.StartAsync();

        await using var tool = await RunAsync("marketing", "import", rows, "--site", "baker", "--system", "mailchimp", "--gateway", gateway.Address, "--token", "given");

        Assert.Equal((1, ""), (tool.ExitCode, tool.ExitCode == 1 ? "" : tool.LastLines()));
        Assert.Contains("0 recorded, 0 known, 1000000 refused.", tool.Output);
        Told($"{rows}.errors.ndjson", null, i => string.Create(CultureInfo.InvariantCulture, $$"""{"line":{{i + 1}},"reason":"Leave it out."}"""));
        Assert.Equal(Rows, gateway.Asked.Sum(asked => asked.Rows));
    }

    /// <summary>Line by line: a million of them compared at once would say nothing where one differs.</summary>
    private static void Told(string file, string? header, Func<int, string> line)
    {
        using var told = new StreamReader(file);
        if (header is not null) Assert.Equal(header, told.ReadLine());
        for (var i = 0; i < Rows; i++)
        {
            if (told.ReadLine() is var next && next != line(i)) Assert.Fail($"Row {i} is told as: {next}");
        }
        Assert.Null(told.ReadLine());
    }

    private static async Task WriteAsync(string file, Func<int, string> row, string? header = null)
    {
        await using var to = new StreamWriter(file);
        if (header is not null) await to.WriteAsync(header + "\n");
        for (var i = 0; i < Rows; i++) await to.WriteAsync(row(i) + "\n");
    }

    private static async Task<ServiceProcess> RunAsync(params string[] arguments)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_GCHeapHardLimit"] = LargestHeap };
        var tool = new ServiceProcess("consent", Repository.Program("tools/cli"), new Uri("http://127.0.0.1:1"), settings) { Arguments = arguments };
        tool.Start();
        Assert.True(await tool.EndedAsync(Patience), "It does not come to an end.");
        return tool;
    }
}
