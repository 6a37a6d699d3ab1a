using System.Globalization;

namespace Consent.Containers.Tests;

/// <summary>
/// One pod: an address of its own, which stays over all lives of its container, folders for what it mounts, and the container. The test is its kubelet.
/// </summary>
/// <param name="folder">Where volumes lie; claims are shared by all pods of one folder.</param>
internal sealed class Pod(Podman podman, PodNetwork network, PodSpec spec, string name, string address, string folder)
{
    private static readonly HttpClient Probe = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1), PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    public PodSpec Spec => spec;

    public string Name => name;

    public string Address => address;

    /// <summary>Whether its container was started and not stopped or killed here; one that ended by itself counts until <see cref="RunsAsync"/> is asked.</summary>
    public bool IsStarted { get; private set; }

    public async Task CreateAsync()
    {
        await network.AddAsync(address);
        await podman.LoadAsync(spec.Image);
        var variables = Path.Combine(folder, $"{name}.env");
        await File.WriteAllLinesAsync(variables, spec.Environment.Select(e => $"{e.Key}={e.Value}"));
        var mounts = new List<string> { "--volume", $"{network.Hosts}:/etc/hosts:ro", "--volume", $"{network.Resolver}:/etc/resolv.conf:ro" };
        foreach (var volume in spec.Volumes.OrderBy(v => v.Path, StringComparer.Ordinal))
            mounts.AddRange(["--volume", $"{await FolderOfAsync(volume)}:{volume.Path}{(volume.ReadOnly ? ":ro" : "")}"]);
        await podman.RunAsync([
            "create", "--name", name, "--hostname", name, "--network", $"ns:{PodNetwork.Namespace(address)}", "--no-hosts",
            .. spec.Rights, .. mounts, "--env-file", variables, spec.Image, .. spec.Arguments]);
    }

    public async Task StartAsync()
    {
        await podman.RunAsync("start", name);
        IsStarted = true;
    }

    /// <summary>By the readiness probe of the manifest; a pod without one is ready when it runs.</summary>
    public async Task<bool> IsReadyAsync()
    {
        if (!IsStarted) return false;
        if (spec.Readiness is null) return true;
        try
        {
            using var answer = await Probe.GetAsync(new Uri($"http://{address}{spec.Readiness}"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>Whether the container runs.</summary>
    public async Task<bool> RunsAsync() => (await podman.RunAsync("inspect", "--format", "{{.State.Running}}", name)).Trim() == "true";

    /// <summary>SIGKILL: nothing is flushed, no handler runs.</summary>
    public async Task KillAsync()
    {
        IsStarted = false;
        await podman.RunAsync("kill", "--signal", "KILL", name);
        await podman.RunAsync("wait", name);
    }

    /// <summary>SIGTERM, and after the grace of the manifest SIGKILL; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        IsStarted = false;
        await podman.RunAsync("stop", "--time", ((int)spec.Grace.TotalSeconds).ToString(CultureInfo.InvariantCulture), name);
        return await ExitCodeAsync();
    }

    /// <summary>Waits until the container has ended by itself; its exit code.</summary>
    public async Task<int> EndAsync() => int.Parse((await podman.RunAsync("wait", name)).Trim(), CultureInfo.InvariantCulture);

    /// <summary>All that it wrote, over all its lives.</summary>
    public async Task<string> OutputAsync()
    {
        var (_, output, errors) = await podman.TryAsync("logs", name);
        return output + errors;
    }

    public async Task RemoveAsync()
    {
        IsStarted = false;
        await podman.RunAsync("rm", "--force", "--time", "0", name);
    }

    private async Task<int> ExitCodeAsync() => int.Parse((await podman.RunAsync("inspect", "--format", "{{.State.ExitCode}}", name)).Trim(), CultureInfo.InvariantCulture);

    /// <summary>
    /// Root's, with the pod's group, as a kubelet leaves a volume with fsGroup at its first mount: what is written there belongs to who writes it. A claim that is there stays as it is.
    /// </summary>
    private async Task<string> FolderOfAsync(PodVolume volume)
    {
        var path = volume.Claim is { } claim ? Path.Combine(folder, "claims", claim) : Path.Combine(folder, "volumes", name, volume.Name);
        if (Directory.Exists(path)) return path;
        Directory.CreateDirectory(path);
        foreach (var (file, text) in volume.Files ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            var at = Path.Combine(path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(at)!);
            await File.WriteAllTextAsync(at, text);
        }
        await Tool.RunAsync("chown", ["-R", $"root:{spec.Group}", path]);
        // Of an emptyDir everybody's; of a claim the group's; of a Secret the group's to read.
        await Tool.RunAsync("chmod", volume.Files is not null ? ["-R", "u=rX,g=rX,o=", path] : [volume.Claim is null ? "2777" : "2775", path]);
        return path;
    }
}
