using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>A small file system that fills up: 503, nothing half stored, and as before when there is room again.</summary>
public sealed class DiskFullTests : IAsyncDisposable
{
    private readonly TemporaryFolder _mount = new();

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", _mount.Path);
        _mount.Dispose();
    }

    [Fact]
    public async Task DiskFull_IsAnswered503_AndRecoversWhenThereIsRoom_WithNothingLost()
    {
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", _mount.Path);
        await using var served = new ServedConsent(_mount.Path);
        await served.PrepareAsync();
        var filler = Path.Combine(_mount.Path, "filler");
        await served.StartAsync();
        using var http = new HttpClient { BaseAddress = served.Process.Address };
        var acknowledged = new List<Receipt> { await DecidedAsync(http, served) };

        await FillAsync(filler);
        HttpResponseMessage? refused = null;
        // What is left in the last page and in the log's own file may still take a few.
        for (var i = 0; i < 500 && refused is null; i++)
        {
            using var answer = await http.PostAsJsonAsync("/v1/sites/test-site/decisions", served.Choice(RandomId.New(), 0, true), ContractJson.Options);
            if (answer.StatusCode == HttpStatusCode.Created) acknowledged.Add(ContractJson.Read<Receipt>(await answer.Content.ReadAsByteArrayAsync()));
            else refused = new HttpResponseMessage(answer.StatusCode) { Content = new StringContent(await answer.Content.ReadAsStringAsync(), null, "application/problem+json") };
        }

        Assert.NotNull(refused);
        await ProblemOf.IsAsync(refused, 503, "unavailable");
        Assert.True(served.Process.IsRunning);
        File.Delete(filler);
        for (var i = 0; i < 20; i++) acknowledged.Add(await DecidedAsync(http, served));
        await served.Process.Kill9Async();
        await served.IsThereAsync(acknowledged);
    }

    private static async Task<Receipt> DecidedAsync(HttpClient http, ServedConsent served)
    {
        using var answer = await http.PostAsJsonAsync("/v1/sites/test-site/decisions", served.Choice(RandomId.New(), 0, true), ContractJson.Options);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return ContractJson.Read<Receipt>(await answer.Content.ReadAsByteArrayAsync());
    }

    private static async Task FillAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { 65536, 4096 })
        {
            try
            {
                while (true) await stream.WriteAsync(new byte[size]);
            }
            catch (IOException)
            {
                // Full, but for what a smaller piece may still take.
            }
        }
    }

    private static async Task RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
