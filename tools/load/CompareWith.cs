using System.CommandLine;
using Yarp.ReverseProxy.Configuration;

namespace Consent.Load;

/// <summary>
/// What a figure is held against: the least that Kestrel does for a JSON body of the same shape, which is to read it and to write it
/// again, and the least that YARP does to pass it on. No routing, no checks, nothing stored.
/// </summary>
internal static class CompareWith
{
    /// <summary>The body of a decision.</summary>
    private sealed record Body(
        string? SubjectId, long? HeldVersion, Dictionary<string, bool>? Purposes, string? Declaration, string? Language, string? Action, string? Source);

    public static Command EchoCommand()
    {
        var urls = Urls();
        var command = new Command("echo", "A bare Kestrel that reads a JSON body and writes it again; GET says the same of nothing.") { urls };
        command.SetAction((parsed, cancel) => Bare(parsed.GetValue(urls)!, EchoAsync).RunAsync(cancel));
        return command;
    }

    public static Command ProxyCommand()
    {
        var urls = Urls();
        var to = new Option<string>("--to") { Description = "Where everything is passed on to.", Required = true };
        var command = new Command("proxy", "A bare YARP that passes everything on.") { urls, to };
        command.SetAction((parsed, cancel) =>
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls(parsed.GetValue(urls)!);
            builder.Services.AddReverseProxy().LoadFromMemory(
                [new RouteConfig { RouteId = "all", ClusterId = "one", Match = new RouteMatch { Path = "{**rest}" } }],
                [new ClusterConfig { ClusterId = "one", Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { ["one"] = new() { Address = parsed.GetValue(to)! } } }]);
            var app = builder.Build();
            app.MapReverseProxy();
            return app.RunAsync(cancel);
        });
        return command;
    }

    public static Command StaticCommand()
    {
        var urls = Urls();
        var file = new Option<string>("--file") { Description = "What is answered, read once.", Required = true };
        var command = new Command("static", "A bare Kestrel that answers every request with the same bytes.") { urls, file };
        command.SetAction((parsed, cancel) =>
        {
            var bytes = File.ReadAllBytes(parsed.GetValue(file)!);
            return Bare(parsed.GetValue(urls)!, http =>
            {
                http.Response.ContentType = "text/javascript; charset=utf-8";
                http.Response.ContentLength = bytes.Length;
                return http.Response.Body.WriteAsync(bytes, 0, bytes.Length, http.RequestAborted);
            }).RunAsync(cancel);
        });
        return command;
    }

    private static Option<string> Urls() => new("--urls") { Description = "Where it listens, such as http://127.0.0.1:5000.", Required = true };

    private static async Task EchoAsync(HttpContext http)
    {
        var body = HttpMethods.IsPost(http.Request.Method) ? await http.Request.ReadFromJsonAsync<Body>(http.RequestAborted) : new Body(null, null, null, null, null, null, null);
        await http.Response.WriteAsJsonAsync(body, http.RequestAborted);
    }

    private static WebApplication Bare(string urls, RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(urls);
        var app = builder.Build();
        app.Run(answer);
        return app;
    }
}
