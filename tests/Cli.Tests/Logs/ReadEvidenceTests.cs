using System.IO.Compression;
using Consent.Cli.Logs;
using Consent.Tests.Support;

namespace Consent.Cli.Tests.Logs;

/// <summary>Evidence packages that would do harm to who opens them, and what is none.</summary>
public sealed class ReadEvidenceTests : IDisposable
{
    private readonly SampleLog _log = new();

    private string Package => _log.File("evidence.zip");

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../evidence")]
    [InlineData("proofs/../../evidence")]
    [InlineData("C:\\evidence")]
    [InlineData("proofs\\evidence")]
    [InlineData("proofs//evidence")]
    [InlineData(".hidden")]
    [InlineData("with\nline")]
    public async Task A_name_that_leads_elsewhere_is_refused(string name)
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        Assert.Contains("whose name leads elsewhere", Refusal(evidence.Pack((name, "x"u8.ToArray()))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_there_twice_and_one_that_swells_are_refused_and_so_is_what_is_no_package()
    {
        var evidence = await SampleEvidence.MakeAsync(_log);
        Assert.Equal("keys is in the package twice.", Refusal(evidence.Pack(("keys", "x"u8.ToArray()))));
        Assert.Equal("KEYS is in the package twice.", Refusal(evidence.Pack(("KEYS", "x"u8.ToArray()))));
        var bomb = evidence.Pack(("zeros", new byte[17 << 20]));
        Assert.True(bomb.Length < 1 << 20);
        Assert.StartsWith("zeros is larger than anything in a package.", Refusal(bomb), StringComparison.Ordinal);

        await File.WriteAllBytesAsync(Package, evidence.Pack()[..^30]);
        var (code, _, errors) = await CommandLine.RunAsync("verify", Package, "--key", _log.Key);
        Assert.Equal((1, "The package is no ZIP file that can be read, or is damaged.\nIt does not verify."), (code, errors));
        Assert.Equal(2, (await CommandLine.RunAsync("verify", Package, "--key", _log.Key, "--opening", Package)).Code);
    }

    [Fact]
    public void Many_files_are_refused_before_they_are_read()
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
            for (var i = 0; i < 2_001; i++) zip.CreateEntry($"file{i}");
        Assert.StartsWith("The package has more than 2000 files", Refusal(packed.ToArray()), StringComparison.Ordinal);
    }

    private static string Refusal(byte[] package) => Assert.Throws<FormatException>(() => ReadEvidence.Of(package)).Message;
}
