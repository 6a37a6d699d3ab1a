using System.CommandLine;
using Consent.Cli;
using Consent.Host;
using Consent.ServiceDefaults;

var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
if (settings.GetValue("Host:Container", false))
{
    var migrate = new Command(Migrate.Word, "Brings the schemas of every service up to date, and ends.");
    migrate.SetAction(_ => RunHost.BringUpToDate(settings));
    var contained = new RootCommand("Consent in one process, in a container: every service behind the gateway, set up by environment variables.") { migrate };
    contained.SetAction((_, cancel) => RunHost.ServeAsync(settings, cancel));
    return await RunHost.WithTimeToEndAsync(settings, time => contained.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = time }));
}

var urls = new Option<string>("--urls") { Description = "Address of the gateway.", DefaultValueFactory = _ => "http://localhost:8080" };
var demo = new Option<string>("--demo") { Description = "Address of the demonstration pages.", DefaultValueFactory = _ => "http://localhost:8081" };
var data = new Option<string>("--data")
{
    Description = "The data folder; an empty one is a clean start.",
    DefaultValueFactory = _ => MakeToken.DefaultData,
};
foreach (var address in (Option<string>[])[urls, demo])
{
    address.Validators.Add(given =>
    {
        if (given.Tokens is [{ Value: var text }] && !HostAddresses.IsOrigin(text))
            given.AddError($"{address.Name} is an http address with a port and no path, such as http://localhost:8080.");
    });
}

var root = new RootCommand("Consent in one process: every service, the gateway, and a demonstration page for each of five sample sites.") { urls, demo, data };
root.SetAction((parsed, cancel) => RunHost.DemonstrateAsync(
    new HostAddresses(new Uri(parsed.GetValue(urls)!), new Uri(parsed.GetValue(demo)!), Path.GetFullPath(parsed.GetValue(data)!)), cancel));
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = RunHost.EndWithin });
