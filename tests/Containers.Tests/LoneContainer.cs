using System.Globalization;
using Consent.Tests.Support;

namespace Consent.Containers.Tests;

/// <summary>An image in a container on the network of this machine, with volumes of its own, its root not to be written, and no rights.</summary>
internal sealed class LoneContainer : IAsyncDisposable
{
    private static readonly string[] Volumes = ["tmp", "data", "checkpoints"];
    private readonly Podman _podman;
    private readonly string _image;
    private readonly string _name;
    private readonly TemporaryFolder _volumes = new();
    private readonly HttpClient _http;
    private readonly IReadOnlyDictionary<string, string> _settings;

    /// <param name="name">Of the image.</param>
    /// <param name="settings">Beside those that say where it listens and keeps its data.</param>
    public LoneContainer(Podman podman, string name, string image, IReadOnlyDictionary<string, string>? settings = null)
    {
        var port = FreePorts.Take(1)[0].ToString(CultureInfo.InvariantCulture);
        (_podman, _name, _image) = (podman, $"alone-{name}", image);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _settings = new Dictionary<string, string>(settings ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            ["ASPNETCORE_HTTP_PORTS"] = port,
            ["Data"] = "/data",
            ["Host:Container"] = "true",
            ["DevelopmentIssuer:Enabled"] = "true",
        };
        foreach (var volume in Volumes)
        {
            Directory.CreateDirectory(_volumes.File(volume));
            File.SetUnixFileMode(_volumes.File(volume), (UnixFileMode)0b111_111_111);
        }
    }

    /// <summary>What lies in its volume of data, by paths in it.</summary>
    public IEnumerable<string> DataFiles => Directory.EnumerateFiles(_volumes.File("data"), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_volumes.File("data"), file));

    /// <summary>A container on these volumes; the one before is gone.</summary>
    public async Task CreateAsync(params string[] arguments)
    {
        await RemoveAsync();
        await _podman.RunAsync([
            "create", "--name", _name, "--network", "host", "--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--cpus", "2", "--memory", "768m",
            .. Volumes.SelectMany(volume => (string[])["--volume", $"{_volumes.File(volume)}:/{volume}"]),
            .. _settings.SelectMany(setting => (string[])["--env", $"{setting.Key.Replace(":", "__", StringComparison.Ordinal)}={setting.Value}"]), _image, .. arguments]);
    }

    public Task StartAsync() => _podman.RunAsync("start", _name);

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public Task<string> GetAsync(string path) => _http.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>Waits until it has ended by itself; its exit code.</summary>
    public async Task<int> EndAsync() => int.Parse((await _podman.RunAsync("wait", _name)).Trim(), CultureInfo.InvariantCulture);

    /// <summary>SIGTERM, and after 30 s SIGKILL; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _podman.RunAsync("stop", "--time", "30", _name);
        return await EndAsync();
    }

    public async Task<string> OutputAsync()
    {
        var (_, output, errors) = await _podman.TryAsync("logs", _name);
        return output + errors;
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveAsync();
        _http.Dispose();
        _volumes.Dispose();
    }

    private Task<(int Code, string Output, string Errors)> RemoveAsync() => _podman.TryAsync("rm", "--force", "--time", "0", _name);
}
