using Consent.Cli;

namespace Consent.Host;

internal static class WhereToLook
{
    public static void Print(HostAddresses options, IReadOnlyList<string> sites, TimeSpan took)
    {
        var usual = options.Data == Path.GetFullPath(MakeToken.DefaultData);
        var data = usual ? "" : $" --data {options.Data}";
        Console.WriteLine($"""

            Consent is ready, after {took.TotalSeconds:0.0} s.

              Demonstration   {string.Join($"{Environment.NewLine}                  ", sites.Select(site => $"{options.DemoOrigin}/{site}"))}
              Gateway         {options.GatewayOrigin}
              Auditors        {options.GatewayOrigin}/audit
              A token         dotnet run --project tools/cli -- token --scope consent{data}
              Data            {options.Data}

            Ctrl-C stops it. The data stay; for a clean start delete {options.Data} and {options.Data}.checkpoints
            """);
    }
}
