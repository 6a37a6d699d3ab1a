using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Containers.Tests;

/// <summary>
/// The part of a cluster that the chart's Deployments need, on this machine: pods, names of Services that lead to the pods which are ready, and the chart's network policies, enforced.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly string _folder;
    private readonly ConcurrentDictionary<string, Pod> _pods = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Pod> _ready = new(StringComparer.Ordinal);
    private readonly List<(string Address, string Name, IReadOnlyDictionary<string, string> Labels)> _outside = [];
    private readonly CancellationTokenSource _stop = new();
    private int _number;
    private Task _watching = Task.CompletedTask;

    private Cluster(string folder, Podman podman, PodNetwork network, Manifests manifests) => (_folder, Podman, Network, Manifests) = (folder, podman, network, manifests);

    public Podman Podman { get; }

    public PodNetwork Network { get; }

    public Manifests Manifests { get; }

    /// <summary>Every pod that is there, by its name: <c>consent-0</c>.</summary>
    public IReadOnlyDictionary<string, Pod> Pods => _pods;

    public static async Task<Cluster> StartAsync(Manifests manifests)
    {
        var folder = Podman.NewFolder();
        return new Cluster(folder, await Podman.Here, await PodNetwork.StartAsync(folder), manifests);
    }

    /// <summary>The specifications of all Deployments; nothing of them runs yet.</summary>
    public IEnumerable<PodSpec> Deployments => Manifests.OfKind("Deployment").Select(d => PodSpec.Of(d, Manifests));

    public IEnumerable<PodSpec> Jobs => Manifests.OfKind("Job").Select(j => PodSpec.Of(j, Manifests));

    public IEnumerable<Pod> PodsOf(string service) => _pods.Values.Where(p => p.Spec.Name == service).OrderBy(p => p.Name, StringComparer.Ordinal);

    /// <summary>Something that runs beside the pods in the place of one, such as the broker, under a name; what stands in for a workload of the chart has its labels.</summary>
    public void Name(string address, string name)
    {
        var labels = Manifests.OfKind("StatefulSet").Where(s => Manifests.NameOf(s) == name).Select(s => PodSpec.Strings(s["spec"]!["template"]!["metadata"]!["labels"])).FirstOrDefault();
        _outside.Add((address, name, labels ?? new Dictionary<string, string>(StringComparer.Ordinal)));
    }

    /// <summary>As many pods of each as it has replicas, under the chart's policies; ready when it returns.</summary>
    public async Task DeployAsync(IEnumerable<PodSpec> specs)
    {
        var added = specs.SelectMany(s => Enumerable.Range(0, s.Replicas).Select(i => New(s, $"{s.Name}-{i}"))).ToList();
        await Parallel.ForEachAsync(added, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (pod, _) => await pod.CreateAsync());
        await PoliceAsync();
        Publish();
        if (_watching.IsCompleted) _watching = WatchAsync();
        foreach (var pod in added) await pod.StartAsync();
        foreach (var pod in added) await ReadyAsync(pod);
    }

    /// <summary>Runs the pod of a Job to its end; its exit code and what it wrote.</summary>
    public async Task<(int Code, string Output)> RunAsync(PodSpec job)
    {
        var pod = New(job, $"{job.Name}-{_number}");
        try
        {
            await pod.CreateAsync();
            await PoliceAsync();
            Publish();
            await pod.StartAsync();
            return (await pod.EndAsync(), await pod.OutputAsync());
        }
        finally
        {
            _pods.TryRemove(pod.Name, out _);
            await pod.RemoveAsync();
        }
    }

    /// <summary>Waits until a pod is ready, and found by its Services' names.</summary>
    public async Task ReadyAsync(Pod pod, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(pod);
        try
        {
            await Eventually.IsSoAsync($"{pod.Name} is ready", async () =>
            {
                if (!_ready.ContainsKey(pod.Name) && !await pod.RunsAsync()) throw new InvalidOperationException($"{pod.Name} ended.");
                return _ready.ContainsKey(pod.Name);
            }, limit ?? TimeSpan.FromSeconds(180));
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            throw new InvalidOperationException($"{e.Message} It wrote:\n{await pod.OutputAsync()}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await Parallel.ForEachAsync(_pods.Values, async (pod, _) => await pod.RemoveAsync());
        await Network.StopAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Pod New(PodSpec spec, string name)
    {
        var pod = new Pod(Podman, Network, spec, name, Network.At(Interlocked.Increment(ref _number)), _folder);
        return _pods.TryAdd(name, pod) ? pod : throw new InvalidOperationException($"There is a pod {name} already.");
    }

    /// <summary>Every pod is under the policies that select it, as they stand with the pods that are there.</summary>
    private async Task PoliceAsync()
    {
        var there = _pods.Values.Select(p => (p.Address, p.Spec.Labels)).Concat(_outside.Select(o => (o.Address, o.Labels))).ToList();
        var ports = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var port in Manifests.OfKind("Deployment").SelectMany(d => d["spec"]!["template"]!["spec"]!["containers"]![0]!["ports"] as JsonArray ?? []))
            ports[(string)port!["name"]!] = (string)port["containerPort"]!;
        var policies = Manifests.OfKind("NetworkPolicy").ToList();
        await Parallel.ForEachAsync(_pods.Values, async (pod, _) => await Network.PoliceAsync(pod.Address, PodRules.Of(policies, pod.Spec.Labels, ports, there, Network.Node)));
    }

    /// <summary>Asks each pod twice a second whether it is ready, as a kubelet does more slowly.</summary>
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(0.5));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await Task.WhenAll(_pods.Values.Select(async pod =>
                {
                    if (await pod.IsReadyAsync()) _ready[pod.Name] = pod;
                    else _ready.TryRemove(pod.Name, out _);
                }));
                Publish();
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    /// <summary>A Service's name stands for its pods that are ready, headless or not: nothing here spreads connections over them, as kube-proxy would.</summary>
    private void Publish()
    {
        var names = new List<(string Address, string Name)>();
        foreach (var service in Manifests.OfKind("Service"))
        {
            var selector = PodSpec.Strings(service["spec"]!["selector"]);
            names.AddRange(_ready.Values.Where(p => selector.All(s => p.Spec.Labels.GetValueOrDefault(s.Key) == s.Value))
                .OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => (p.Address, Manifests.NameOf(service))));
        }
        lock (_outside) Network.Name([.. _outside.Select(o => (o.Address, o.Name)), .. names]);
    }
}
