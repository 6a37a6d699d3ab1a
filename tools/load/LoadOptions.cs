using System.CommandLine;
using System.Globalization;

namespace Consent.Load;

/// <summary>What both commands understand, and how they tell what came of it.</summary>
internal sealed class LoadOptions
{
    private readonly Option<Uri> _server = new("--server")
    {
        Description = "The consent service or the gateway, by address: http://127.0.0.1:8080.",
        DefaultValueFactory = _ => new Uri("http://127.0.0.1:8080"),
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme == "http" && System.Net.IPAddress.TryParse(address.Host, out _)) return address;
            result.AddError("Give --server an address in numbers, such as http://127.0.0.1:8080.");
            return null;
        },
    };

    private readonly Option<string> _site = new("--site") { Description = "The site; it must be declared.", Required = true };
    private readonly Option<int> _connections = new("--connections") { Description = "Requests under way at once.", DefaultValueFactory = _ => 32 };
    private readonly Option<int> _seconds = new("--seconds") { Description = "How long; at most 3600.", DefaultValueFactory = _ => 10 };
    private readonly Option<double?> _rate = new("--rate") { Description = "Requests a second, steadily; as fast as answers come unless given." };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Of the visitors, so that those of an earlier run can be met again.", DefaultValueFactory = _ => global::Consent.Load.Visitors.Fresh().Seed };
    private readonly Option<bool> _json = new("--json") { Description = "The result as JSON." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_server, _site, _connections, _seconds, _rate, _seed, _json]) command.Add(option);
    }

    public Uri Server(ParseResult parsed) => parsed.GetValue(_server)!;

    public string Site(ParseResult parsed) => parsed.GetValue(_site)!;

    public Visitors Visitors(ParseResult parsed) => new(parsed.GetValue(_seed));

    public Task<Answered> RunAsync(ParseResult parsed, Asked asked, CancellationToken cancel)
    {
        var duration = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(_seconds), 1, 3600));
        return parsed.GetValue(_rate) is { } rate
            ? Load.AtRateAsync(asked, parsed.GetValue(_connections), rate, duration, cancel)
            : Load.AtFullSpeedAsync(asked, parsed.GetValue(_connections), duration, cancel);
    }

    /// <returns>The exit code.</returns>
    public int Tell(ParseResult parsed, Answered answered, string? more = null)
    {
        var (half, most) = (answered.Latencies.Quantile(0.5).TotalMilliseconds, answered.Latencies.Quantile(0.99).TotalMilliseconds);
        Console.WriteLine(parsed.GetValue(_json)
            ? System.Text.Json.JsonSerializer.Serialize(new { perSecond = answered.PerSecond, right = answered.Right, p50 = half, p99 = most, wrong = answered.Wrong, seed = parsed.GetValue(_seed) })
            : string.Create(CultureInfo.InvariantCulture, $"{answered.PerSecond:n0} a second, {answered.Right} right; p50 {half:n1} ms, p99 {most:n1} ms. Seed {parsed.GetValue(_seed)}.{more}"));
        foreach (var (what, count) in answered.Wrong) Console.Error.WriteLine($"{count} wrong: {what}");
        return answered.Wrong.Count == 0 ? 0 : 1;
    }
}
