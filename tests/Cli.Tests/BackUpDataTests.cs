using Consent.Tests.Support;

namespace Consent.Cli.Tests;

/// <summary><c>backup</c> where the logs lie in no files.</summary>
public sealed class BackUpDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>As on a volume of a service whose log lies on Azure Cosmos DB: its secret is there, and at most a file of read models.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhereTheLogLiesElsewhere_NothingIsCopied_AndOneSentenceSaysWhereItsBackupIs(bool hasOtherFiles)
    {
        var (data, copy) = (_folder.File("data"), _folder.File("copy"));
        Directory.CreateDirectory(Path.Combine(data, "keys", "consent"));
        await File.WriteAllTextAsync(Path.Combine(data, "keys", "consent", "log.secret"), Convert.ToBase64String(new byte[32]), TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(data, "consent"));
        if (hasOtherFiles) await File.WriteAllBytesAsync(Path.Combine(data, "consent", "counts.db"), [], TestContext.Current.CancellationToken);

        var (code, output, errors) = await CommandLine.RunAsync("backup", "--data", data, "--to", copy);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("The log of consent lies in no file", errors, StringComparison.Ordinal);
        Assert.Contains("the continuous backup of the account of the data", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(copy));
    }
}
