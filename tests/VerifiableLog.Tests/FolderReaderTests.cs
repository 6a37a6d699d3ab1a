using Consent.Tests.Support;

namespace Consent.VerifiableLog.Tests;

public sealed class FolderReaderTests
{
    [Theory]
    [InlineData("secret")]
    [InlineData("../secret")]
    [InlineData("tile/../secret")]
    [InlineData("tile/0/../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("unfinished")]
    [InlineData("tile/0")]
    [InlineData("")]
    [InlineData("tile/0/001")]
    [InlineData("tile/1/000")]
    public async Task Nothing_ButTheResourcesOfALog_IsRead(string path)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("log", "tile", "0"));
        foreach (var file in new[] { folder.File("secret"), folder.File("log", "secret"), folder.File("log", "unfinished"), folder.File("log", "tile", "0", "000") })
            await File.WriteAllBytesAsync(file, new byte[8192]);
        var reader = new FolderReader(folder.File("log"));
        Assert.False(reader.Read(path).HasValue);
        Assert.False((await reader.ReadAsync(path, default)).HasValue);
        Assert.Equal(8192, reader.Read("tile/0/000")?.Length);
    }

    [Fact]
    public async Task Checkpoint_IsRead_AndAFileTooLargeRefused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("tile", "0"));
        await File.WriteAllBytesAsync(folder.File("checkpoint"), [1, 2, 3]);
        await File.WriteAllBytesAsync(folder.File("tile", "0", "000"), new byte[8193]);
        var reader = new FolderReader(folder.Path);
        Assert.Equal(3, reader.Read("checkpoint")?.Length);
        Assert.Throws<FormatException>(() => reader.Read("tile/0/000"));
        await File.WriteAllBytesAsync(folder.File("checkpoint"), new byte[(1 << 20) + 1]);
        Assert.Throws<FormatException>(() => reader.Read("checkpoint"));
    }
}
