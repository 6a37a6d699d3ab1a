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
        await using var alone = new LoneContainer(podman, name, image);
        await alone.CreateAsync();
        var clock = Stopwatch.StartNew();
        await alone.StartAsync();
        while (!await alone.IsReadyAsync())
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(30)) Assert.Fail($"{name} did not become ready: {await alone.OutputAsync()}");
            await Task.Delay(10);
        }

        return clock.Elapsed;
    }
}
