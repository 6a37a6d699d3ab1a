using System.Diagnostics;
using System.Globalization;
using Consent.Tests.Support;

namespace Consent.Containers.Tests;

/// <summary>Each image alone on empty volumes, its root not to be written. Sizes, and times from "start" to ready, which are told and not asserted: <c>artifacts/tests/images.txt</c>.</summary>
public sealed class ImageStartTests
{
    private static readonly string Table = Path.Combine(Repository.Root, "artifacts", "tests", "images.txt");

    public static TheoryData<string> Images => ImageArchive.All;

    [Theory]
    [MemberData(nameof(Images))]
    public async Task It_becomes_ready_alone(string name)
    {
        var podman = await Podman.Here;
        var image = ImageArchive.Of(name);
        await podman.LoadAsync(image.Reference);
        var times = new List<TimeSpan>();
        // The machine has other work at times: of three the best.
        for (var i = 0; i < 3; i++) times.Add(await StartAsync(podman, name, image.Reference));

        Directory.CreateDirectory(Path.GetDirectoryName(Table)!);
        await File.AppendAllTextAsync(Table, string.Create(CultureInfo.InvariantCulture, $"{name,-24} {image.Size / 1e6,6:0.0} MB  ready after {times.Min().TotalSeconds:0.00} s\n"));
        Assert.All(times, time => Assert.True(time > TimeSpan.Zero));
    }

    private static async Task<TimeSpan> StartAsync(Podman podman, string name, string image)
    {
        var (container, port) = ($"start-{name}", FreePorts.Take(1)[0]);
        using var volumes = new TemporaryFolder();
        var mounts = new List<string>();
        foreach (var volume in (string[])["tmp", "data", "checkpoints"])
        {
            Directory.CreateDirectory(volumes.File(volume));
            File.SetUnixFileMode(volumes.File(volume), (UnixFileMode)0b111_111_111);
            mounts.AddRange(["--volume", $"{volumes.File(volume)}:/{volume}"]);
        }
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await podman.RunAsync([
            "create", "--name", container, "--network", "host", "--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--cpus", "2", "--memory", "768m",
            .. mounts, "--env", $"ASPNETCORE_HTTP_PORTS={port}", "--env", "Data=/data", "--env", "Host:Container=true", "--env", "DevelopmentIssuer:Enabled=true", image]);
        try
        {
            var clock = Stopwatch.StartNew();
            await podman.RunAsync("start", container);
            while (!await IsReadyAsync(client))
            {
                if (clock.Elapsed > TimeSpan.FromSeconds(30)) Assert.Fail($"{name} did not become ready: {(await podman.TryAsync("logs", container)).Errors}");
                await Task.Delay(10);
            }
            return clock.Elapsed;
        }
        finally
        {
            await podman.RunAsync("rm", "--force", "--time", "0", container);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
