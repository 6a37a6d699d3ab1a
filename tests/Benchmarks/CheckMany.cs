using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Numerics;
using System.Text.Json;
using Consent.Load;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>
/// "May I send?" in calls of 10,000 addresses, in turns with calls for as many links, and singly. The service has one core: all of its threads
/// are put on it, and two calls are under way at once, so that it never waits for who asks.
/// </summary>
internal static class CheckMany
{
    private const int Together = 10_000, UnderWay = 2, Different = 8, SingleConnections = 16;
    private const double Steady = 200;

    /// <param name="Check">Body of the question.</param>
    /// <param name="Mint">Body of the call that mints links for the same addresses.</param>
    /// <param name="Permitted">The right answers.</param>
    private sealed record Call(byte[] Check, byte[] Mint, IReadOnlyList<bool> Permitted);

    /// <param name="readers">As they are filled in: see <see cref="FilledMarketing"/>.</param>
    public static async Task<List<Figure>> MeasureAsync(Plan plan, Servers servers, ServiceProcess marketing, Visitors readers)
    {
        await OnOneCoreAsync(marketing);
        using var http = servers.Client(marketing);
        var calls = Enumerable.Range(0, Different).Select(_ => CallOf(readers, plan.Readers)).ToList();
        var (checks, mints, busy) = (new List<double>(), new List<double>(), 0.0);
        // The first is for the compiler and the caches.
        for (var round = 0; round <= plan.Rounds; round++)
        {
            var (cpu, began) = (marketing.Cpu(), Stopwatch.GetTimestamp());
            checks.Add(await KeepAskingAsync(plan.Each / 2, number => CheckAsync(http, calls[number % Different])));
            busy = (marketing.Cpu() - cpu) / Stopwatch.GetElapsedTime(began);
            mints.Add(await KeepAskingAsync(plan.Each / 2, number => MintAsync(http, calls[number % Different])));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"In calls of {Together:n0} on one core: {Median(checks):n0} addresses checked a second, the core {busy:p0} busy; {Median(mints):n0} links minted a second by the API"));
        var of = string.Create(CultureInfo.InvariantCulture, $"one core, {plan.Readers:n0} subscribed and {plan.Readers:n0} opted out");
        return
        [
            new($"addresses checked a second, calls of {Together:n0}", Median(checks), 200_000, true, "", of),
            new($"p99 of a single check, {Steady:n0} a second", await SinglyAsync(plan, servers, marketing, readers), 5, false, "ms", of),
        ];
    }

    /// <summary>Asks about some of these addresses, from first to last, and wants each to be suppressed.</summary>
    public static async Task ExpectSuppressedAsync(HttpClient http, Func<long, string> addressOf, long count)
    {
        var addresses = Enumerable.Range(0, Together).Select(i => addressOf(count * i / Together));
        using var answer = await AskAsync(http, "check", JsonSerializer.SerializeToUtf8Bytes(new { topic = Marketing.Topic, addresses }));
        var others = answer.RootElement.GetProperty("results").EnumerateArray().Count(r => r.GetProperty("reason").GetString() != "suppressed");
        if (others > 0) throw new InvalidOperationException($"Of {Together:n0} who pressed and were answered, {others:n0} are not suppressed.");
    }

    private static async Task<double> SinglyAsync(Plan plan, Servers servers, ServiceProcess marketing, Visitors readers)
    {
        var body = $$"""{"topic":"{{Marketing.Topic}}","addresses":["{{Marketing.AddressOf(Template.Visitor)}}"]}""";
        var check = Template.Post($"/v1/sites/{Marketing.Site}/marketing/check", body, $"Authorization: Bearer {servers.Token}");
        var contender = new Contender("single checks", marketing, new Asked(marketing.Address, check, readers, () => Random.Shared.NextInt64(3 * plan.Readers), 200));
        var runs = new List<Measured>();
        for (var round = 0; round < plan.Rounds; round++) runs.Add(await Measured.OfAsync(contender, SingleConnections, plan.Each, Steady));
        Table.Write($"single checks at {Steady:n0}/s, one core", SingleConnections, runs);
        return Table.Median(runs, m => m.P99.TotalMilliseconds);
    }

    /// <summary>Half of them subscribed, a quarter opted out, a quarter unknown.</summary>
    private static Call CallOf(Visitors readers, long each)
    {
        List<string> addresses = [.. Enumerable.Range(0, Together).Select(i => Marketing.AddressOf(readers.Id(Random.Shared.NextInt64(each) + (Math.Max(0, (i % 4) - 1) * each))))];
        var topic = Marketing.Topic;
        return new Call(
            JsonSerializer.SerializeToUtf8Bytes(new { topic, addresses }), JsonSerializer.SerializeToUtf8Bytes(new { topic, addresses, campaign = "bench" }),
            [.. Enumerable.Range(0, Together).Select(i => i % 4 < 2)]);
    }

    /// <returns>Addresses a second.</returns>
    private static async Task<double> KeepAskingAsync(TimeSpan duration, Func<int, Task> ask)
    {
        var (began, asked) = (Stopwatch.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, UnderWay).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(began) < duration) await ask(Interlocked.Increment(ref asked));
        })));
        return asked * (double)Together / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task CheckAsync(HttpClient http, Call call)
    {
        using var answer = await AskAsync(http, "check", call.Check);
        var permitted = answer.RootElement.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("permitted").GetBoolean());
        if (!permitted.SequenceEqual(call.Permitted)) throw new InvalidOperationException("Addresses were checked wrongly.");
    }

    private static async Task MintAsync(HttpClient http, Call call)
    {
        using var answer = await AskAsync(http, "links", call.Mint);
        if (answer.RootElement.GetProperty("links").EnumerateArray().Count(l => l.TryGetProperty("url", out _)) != Together)
            throw new InvalidOperationException("Links are missing.");
    }

    private static async Task<JsonDocument> AskAsync(HttpClient http, string what, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await http.PostAsync($"/v1/sites/{Marketing.Site}/marketing/{what}", content);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(bytes) : throw new InvalidOperationException($"{what} was answered {answer.StatusCode}.");
    }

    /// <summary>All threads on the first core that the process may use, as in a container that has one; those that it starts later inherit that.</summary>
    private static async Task OnOneCoreAsync(ServiceProcess server)
    {
        using var process = Process.GetProcessById(server.Id);
        var core = BitOperations.TrailingZeroCount(process.ProcessorAffinity);
        var start = new ProcessStartInfo("taskset", ["-a", "-c", "-p", $"{core}", $"{server.Id}"]) { RedirectStandardOutput = true, UseShellExecute = false };
        // A thread may begin or end meanwhile.
        await Eventually.IsSoAsync($"{server.Name} runs on one core", async () =>
        {
            using var taskset = Process.Start(start)!;
            await taskset.StandardOutput.ReadToEndAsync();
            await taskset.WaitForExitAsync();
            return Directory.EnumerateDirectories($"/proc/{server.Id}/task")
                .All(thread => File.ReadLines(Path.Combine(thread, "status")).Contains($"Cpus_allowed_list:\t{core}"));
        });
    }

    private static double Median(List<double> rounds) => rounds.Skip(1).Order().ElementAt((rounds.Count - 1) / 2);
}
