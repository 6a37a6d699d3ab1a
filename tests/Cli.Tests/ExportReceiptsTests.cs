using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests;

/// <summary><c>export</c> as an auditor runs it: a file is there when it is whole, and not before.</summary>
public sealed class ExportReceiptsTests : IDisposable
{
    private const string Whole = "{\"receipt\":{\"id\":\"one\"}}\n{\"receipt\":{\"id\":\"two\"}}\n{\"end\":true,\"count\":2}\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_whole_has_its_name_and_is_told()
    {
        await using var gateway = await ExportGateway.StartAsync(200, Whole);
        var file = _folder.File("receipts.jsonl");
        Assert.Equal((0, $"2 receipts: {file}"), Without(await RunAsync(gateway, file, "--from", "2026-01-01", "--until", "2026-06-03T14:00:00+02:00")));
        Assert.Equal(Whole, await File.ReadAllTextAsync(file));
        Assert.Equal("?site=baker&from=2026-01-01T00%3A00%3A00.000Z&until=2026-06-03T12%3A00%3A00.000Z&format=jsonl", Assert.Single(gateway.Asked));
        Assert.Equal([file], Directory.GetFiles(_folder.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        var (code, output, _) = await RunAsync(gateway, _folder.File("again.jsonl"), "--json");
        var told = JsonNode.Parse(output)!;
        Assert.Equal((0, 2, Whole.Length), (code, (int)told["receipts"]!, (int)told["bytes"]!));
    }

    [Fact]
    public async Task A_table_is_asked_for_by_the_name_of_its_file()
    {
        await using var gateway = await ExportGateway.StartAsync(200, "receipt,source\r\none,\"a\r\nb\"\r\n#end,1,\r\n");
        var file = _folder.File("receipts.csv");
        Assert.Equal((0, $"1 receipts: {file}"), Without(await RunAsync(gateway, file)));
        Assert.EndsWith("format=csv", Assert.Single(gateway.Asked), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"receipt\":{}}\n")]
    [InlineData("{\"receipt\":{}}\n{\"end\":true,\"count\":2}\n")]
    [InlineData("{\"receipt\":{}}\n{\"end\":true,\"count\":1}")]
    [InlineData("")]
    public async Task What_has_no_end_is_not_kept(string text)
    {
        await using var gateway = await ExportGateway.StartAsync(200, text);
        var (code, _, errors) = await RunAsync(gateway, _folder.File("receipts.jsonl"));
        Assert.Equal(1, code);
        Assert.Contains("What came has no end", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_leaves_nothing()
    {
        await using var gateway = await ExportGateway.StartAsync(200, Whole, breaksOff: true);
        var (code, _, errors) = await RunAsync(gateway, _folder.File("receipts.jsonl"));
        Assert.Equal(3, code);
        Assert.Contains("broke off", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    /// <summary>Another exception than for a connection that ends: a fault of the file would be told like it.</summary>
    [Fact]
    public async Task A_connection_that_is_reset_in_the_middle_leaves_nothing_and_is_the_gateways_fault()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var (file, part) = (_folder.File("receipts.jsonl"), _folder.File("receipts.jsonl.part"));
        var answering = Task.Run(async () =>
        {
            using var socket = await listener.AcceptSocketAsync();
            await socket.ReceiveAsync(new byte[16 << 10]);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 10000\r\n\r\n{Whole}"));
            await Eventually.IsSoAsync("what came is being written", () => Task.FromResult(File.Exists(part)));
            socket.LingerState = new LingerOption(true, 0);
        });

        var (code, _, errors) = await CommandLine.RunAsync("export", file, "--site", "baker", "--gateway", $"http://{listener.LocalEndpoint}", "--token", "any");
        await answering;

        Assert.Equal(3, code);
        Assert.Contains("broke off", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task What_an_earlier_run_left_is_made_anew_and_readable_to_its_owner_alone()
    {
        await using var gateway = await ExportGateway.StartAsync(200, Whole);
        var (file, part) = (_folder.File("receipts.jsonl"), _folder.File("receipts.jsonl.part"));
        await File.WriteAllTextAsync(part, "left");
        File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.Equal(0, (await RunAsync(gateway, file)).Code);
        Assert.Equal((Whole, UnixFileMode.UserRead | UnixFileMode.UserWrite), (await File.ReadAllTextAsync(file), File.GetUnixFileMode(file)));
        File.Delete(file);

        var elsewhere = _folder.File("elsewhere");
        await File.WriteAllTextAsync(elsewhere, "another's");
        File.CreateSymbolicLink(part, elsewhere);
        Assert.Equal(0, (await RunAsync(gateway, file)).Code);
        Assert.Equal((Whole, "another's"), (await File.ReadAllTextAsync(file), await File.ReadAllTextAsync(elsewhere)));
        Assert.Null(new FileInfo(file).LinkTarget);
    }

    [Fact]
    public async Task What_another_run_is_writing_is_left_to_it()
    {
        await using var gateway = await ExportGateway.StartAsync(200, Whole);
        var part = _folder.File("receipts.jsonl.part");
        await using var writing = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        Assert.Equal(1, (await RunAsync(gateway, _folder.File("receipts.jsonl"))).Code);
        Assert.Equal([part], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task When_its_name_is_taken_meanwhile_nothing_is_kept()
    {
        var file = _folder.File("receipts.jsonl");
        await using var gateway = await ExportGateway.StartAsync(200, Whole, meanwhile: () => File.WriteAllTextAsync(file, "another's"));
        Assert.Equal(1, (await RunAsync(gateway, file)).Code);
        Assert.Equal("another's", await File.ReadAllTextAsync(file));
        Assert.Equal([file], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_written_over_and_a_refusal_is_told()
    {
        await using var gateway = await ExportGateway.StartAsync(404, """{"title":"There is no such site.","detail":"Check it."}""");
        Assert.Equal((1, "", "There is no such site. Check it."), await RunAsync(gateway, _folder.File("receipts.jsonl")));
        Assert.Empty(Directory.GetFiles(_folder.Path));

        await File.WriteAllTextAsync(_folder.File("kept"), "kept");
        Assert.Equal(2, (await RunAsync(gateway, _folder.File("kept"))).Code);
        Assert.Equal("kept", await File.ReadAllTextAsync(_folder.File("kept")));
        Assert.Equal(2, (await RunAsync(gateway, _folder.File("new"), "--from", "yesterday")).Code);
        Assert.Equal(2, (await RunAsync(gateway, _folder.File("new"), "--format", "xml")).Code);
        Assert.Single(gateway.Asked);
    }

    [Theory]
    [InlineData(false, "{\"a\":1}\n{\"a\":2}\n{\"end\":true,\"count\":2}\n", 2, true)]
    [InlineData(false, "{\"a\":1}\n{\"end\":true,\"count\":1}\n{\"a\":2}\n", 3, false)]
    [InlineData(false, "{\"end\":true,\"count\":0}\n", 0, true)]
    [InlineData(true, "a,b\r\n\"x\n#end,1,\",2\r\n#end,1,\r\n", 1, true)]
    [InlineData(true, "a,b\r\n\"x\r\n#end,1,\r\n", 0, false)]
    [InlineData(true, "a,b\r\nx,y\r\n#end,2,\r\n", 2, false)]
    public void The_end_is_found_however_the_bytes_come(bool csv, string text, long receipts, bool isWhole)
    {
        foreach (var size in (int[])[1, 7, 1000])
        {
            var end = new ExportEnd(csv);
            foreach (var piece in Encoding.UTF8.GetBytes(text).Chunk(size)) end.Read(piece);
            Assert.Equal((receipts, isWhole), (end.Receipts, end.IsWhole));
        }
    }

    private static (int Code, string Output) Without((int Code, string Output, string Errors) run) => (run.Code, run.Output);

    private static Task<(int Code, string Output, string Errors)> RunAsync(ExportGateway gateway, string file, params string[] more) =>
        CommandLine.RunAsync(["export", file, "--site", "baker", "--gateway", gateway.Address, "--token", "given", .. more]);

    private sealed class ExportGateway(int status, string text, bool breaksOff, Func<Task>? meanwhile) : StandInGateway<string>
    {
        public static async Task<ExportGateway> StartAsync(int status, string text, bool breaksOff = false, Func<Task>? meanwhile = null)
        {
            var gateway = new ExportGateway(status, text, breaksOff, meanwhile);
            await gateway.ListenAsync();
            return gateway;
        }

        protected override async Task AnswerAsync(HttpContext context)
        {
            Keep(context.Request.QueryString.Value!);
            if (meanwhile is not null) await meanwhile();
            await WriteAsync(context, status, text);
            await context.Response.Body.FlushAsync();
            if (breaksOff) context.Abort();
        }
    }
}
