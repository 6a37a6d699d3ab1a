using System.CommandLine;
using Consent.Benchmarks;

if (args is [SubscribersApart.Command, .. var names]) return await SubscribersApart.RunAsync(names);
if (args is [CosmosApart.Command, .. var filled]) return await CosmosApart.RunAsync(filled);

var options = new BenchmarkOptions();
var root = new RootCommand("""
    Measures the consent service against a bare Kestrel that echoes the same JSON, in interleaved rounds of one run, and tells ratios.
    Build everything with -c Release first. Needs RabbitMQ and PostgreSQL 15, as root; see tools/test.sh.
    """);
options.AddTo(root);
root.SetAction((parsed, _) => Benchmark.RunAsync(options.Of(parsed)));
return await root.Parse(args).InvokeAsync();
