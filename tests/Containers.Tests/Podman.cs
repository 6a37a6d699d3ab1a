using System.Globalization;
using Consent.Tests.Support;

[assembly: AssemblyFixture(typeof(Consent.Containers.Tests.PodmanCloses))]

namespace Consent.Containers.Tests;

/// <summary>
/// Debian's podman and runc with a store of this run's own, apart from any other on the machine, which takes the built images out of <c>artifacts/images</c>. One for all
/// products of a run: an image is loaded once. Needs root.
/// </summary>
internal sealed class Podman
{
    private const string Prefix = "consent-containers-";
    private static readonly Lazy<Task<Podman>> Only = new(OpenAsync);
    private readonly Dictionary<string, Task> _loaded = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly string _folder;

    private Podman(string folder) => _folder = folder;

    /// <summary>Of this run.</summary>
    public static Task<Podman> Here => Only.Value;

    /// <summary>A folder that the next run clears away, with what runs in it, should this one be killed.</summary>
    public static string NewFolder() => Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;

    public Task<string> RunAsync(params IEnumerable<string> arguments) =>
        Tool.RunAsync("podman", [.. Store(_folder), .. arguments], environment: Configured(_folder));

    public Task<(int Code, string Output, string Errors)> TryAsync(params IEnumerable<string> arguments) =>
        Tool.TryAsync("podman", [.. Store(_folder), .. arguments], environment: Configured(_folder));

    /// <summary>Puts the image into the store, unless it is there: <c>registry/consent/audit:0.1.0</c> is that of <c>audit.oci.tar</c>.</summary>
    public Task LoadAsync(string image)
    {
        lock (_lock)
        {
            if (!_loaded.TryGetValue(image, out var loading)) _loaded[image] = loading = LoadNewAsync(image);
            return loading;
        }
    }

    internal static async Task CloseAsync()
    {
        if (Only.IsValueCreated) await RemoveAsync((await Only.Value)._folder);
    }

    private static async Task<Podman> OpenAsync()
    {
        foreach (var left in Directory.GetDirectories(Path.GetTempPath(), $"{Prefix}*").Where(IsLeft)) await RemoveAsync(left);
        var podman = new Podman(NewFolder());
        // The limits that podman would ask for are above those of this machine, where nobody may raise them.
        await File.WriteAllTextAsync(Path.Combine(podman._folder, "containers.conf"), """
            [containers]
            default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
            log_driver = "k8s-file"
            [engine]
            cgroup_manager = "cgroupfs"
            runtime = "runc"
            events_logger = "file"
            [network]
            network_backend = "cni"

            """);
        await File.WriteAllTextAsync(Path.Combine(podman._folder, "policy.json"), """{ "default": [{ "type": "insecureAcceptAnything" }] }""");
        return podman;
    }

    private async Task LoadNewAsync(string image)
    {
        var service = image[(image.LastIndexOf('/') + 1)..image.LastIndexOf(':')];
        var archive = Path.Combine(Repository.Root, "artifacts", "images", $"{service}.oci.tar");
        if (!File.Exists(archive)) throw new FileNotFoundException($"Build the images first: tools/images/build.sh {service}", archive);
        var said = await RunAsync("load", "--signature-policy", Path.Combine(_folder, "policy.json"), "--input", archive);
        // "Loaded image: localhost/consent/audit:0.1.0"
        await RunAsync("tag", said.Trim()[(said.Trim().LastIndexOf(' ') + 1)..], image);
    }

    private static bool IsLeft(string folder)
    {
        var owner = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
        return int.TryParse(owner, CultureInfo.InvariantCulture, out var process) && process != Environment.ProcessId && !Directory.Exists($"/proc/{process}");
    }

    private static async Task RemoveAsync(string folder)
    {
        if (File.Exists(Path.Combine(folder, "containers.conf")))
        {
            await Tool.RunAsync("podman", [.. Store(folder), "rm", "--all", "--force", "--time", "0"], environment: Configured(folder));
            // Podman leaves its store mounted onto itself.
            await Tool.TryAsync("umount", [Path.Combine(folder, "storage", "overlay")]);
        }
        await Tool.RunAsync(Path.Combine(Repository.Root, "tools", "pods.sh"), ["stop", folder]);
        Directory.Delete(folder, recursive: true);
    }

    private static string[] Store(string folder) =>
    [
        "--root", Path.Combine(folder, "storage"), "--runroot", Path.Combine(folder, "run"), "--tmpdir", Path.Combine(folder, "tmp"),
        "--network-config-dir", Path.Combine(folder, "networks"), "--storage-driver", "overlay", "--cgroup-manager", "cgroupfs", "--runtime", "runc", "--events-backend", "file",
    ];

    private static Dictionary<string, string> Configured(string folder) =>
        new(StringComparer.Ordinal) { ["CONTAINERS_CONF"] = Path.Combine(folder, "containers.conf") };
}

/// <summary>Closes the store after the last test.</summary>
public sealed class PodmanCloses : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Podman.CloseAsync();
}
