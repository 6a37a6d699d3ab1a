namespace Consent.Tests.Support;

/// <summary>The product as one process: the host, as <c>dotnet run --project tools/host</c> starts it.</summary>
public sealed class OneProcess : Product
{
    private ServiceProcess? _host;

    public override IReadOnlyList<ServiceProcess> Processes => _host is null ? [] : [_host];

    public override async Task StartAsync(IReadOnlyDictionary<string, string>? others = null)
    {
        _host ??= new ServiceProcess("host", Repository.Program("tools/host"), Gateway, Settings)
        {
            Arguments = ["--urls", Gateway.GetLeftPart(UriPartial.Authority), "--demo", Demo.GetLeftPart(UriPartial.Authority), "--data", Data],
        };
        if (_host.IsRunning) return;
        var lines = _host.Output.Count;
        _host.Start(others);
        await Eventually.IsSoAsync("the host says that it is ready", () =>
        {
            if (!_host.IsRunning) throw new InvalidOperationException($"The host ended with {_host.ExitCode}:\n{_host.LastLines()}");
            return Task.FromResult(_host.Output.Skip(lines).Any(line => line.StartsWith("Consent is ready", StringComparison.Ordinal)));
        }, TimeSpan.FromSeconds(120), _host.LastLines);
        await PublishedAsync();
    }
}
