using Consent.Contracts;

namespace Consent.Storage.Tests;

/// <summary>A folder of the test's own, gone afterwards.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "consent-storage-" + RandomId.New()));

    public string FullName => _folder.FullName;

    public string File(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A log's data and its keys, apart.</summary>
    public LogFiles Log(string name = "log") => new(File(name + ".db"), File(name + ".keys"));

    /// <summary>Keys of controllers in <paramref name="folder"/>, wrapped by a file key there unless said.</summary>
    public ControllerKeys Controllers(string? folder = null, IKeyWrapper? wrapper = null)
    {
        var keys = Directory.CreateDirectory(folder ?? File("keys")).FullName;
        return ControllerKeys.Open(Path.Combine(keys, "controllers"), wrapper ?? new FileKeyWrapper(keys));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
