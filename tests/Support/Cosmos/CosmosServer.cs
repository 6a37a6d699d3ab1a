using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consent.Tests.Support.Cosmos;

/// <summary>
/// Two accounts on the loopback, for tests whose services are processes of their own: one for logs, one for the keys of persons. The client takes
/// http there. What was planted or counted is had from <see cref="Store"/> and <see cref="Keys"/>, or by another process at <c>/__counts</c>,
/// <c>/__faults</c> and <c>/__clock</c> of either.
/// </summary>
public sealed class CosmosServer : IAsyncDisposable
{
    private readonly WebApplication[] _apps;

    private CosmosServer(WebApplication[] apps) => _apps = apps;

    /// <summary>Any would do: that there is an authorization is looked at, not which.</summary>
    public static string Key { get; } = Convert.ToBase64String(new byte[64]);

    public CosmosStandIn Store { get; } = new();

    public CosmosStandIn Keys { get; } = new();

    public Uri Endpoint => new(_apps[0].Urls.First());

    public Uri KeysEndpoint => new(_apps[1].Urls.First());

    /// <summary>As <c>COSMOS_CONNECTION</c> has it.</summary>
    public string Connection => $"AccountEndpoint={Endpoint};AccountKey={Key};";

    public string KeysConnection => $"AccountEndpoint={KeysEndpoint};AccountKey={Key};";

    public static async Task<CosmosServer> StartAsync()
    {
        var server = new CosmosServer([Made(), Made()]);
        foreach (var (app, standIn) in server._apps.Zip([server.Store, server.Keys]))
        {
            var core = new HttpMessageInvoker(standIn, disposeHandler: false);
            app.Run(context => context.Request.Path.Value!.StartsWith("/__", StringComparison.Ordinal) ? SteerAsync(standIn, context) : PassAsync(core, context));
            await app.StartAsync(CancellationToken.None);
        }
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps) await app.DisposeAsync();
        Store.Dispose();
        Keys.Dispose();
    }

    private static WebApplication Made()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        return app;
    }

    private static async Task PassAsync(HttpMessageInvoker core, HttpContext context)
    {
        var asked = context.Request;
        using var body = new MemoryStream();
        await asked.Body.CopyToAsync(body, context.RequestAborted);
        using var request = new HttpRequestMessage(new HttpMethod(asked.Method), $"http://{asked.Host}{asked.Path}{asked.QueryString}") { Content = new ByteArrayContent(body.ToArray()) };
        foreach (var (name, values) in asked.Headers) request.Headers.TryAddWithoutValidation(name, values.ToArray());
        try
        {
            using var answer = await core.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers) context.Response.Headers[name] = values.ToArray();
            var text = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
            context.Response.ContentType = "application/json";
            if (text.Length > 0) await context.Response.Body.WriteAsync(text, context.RequestAborted);
        }
        catch (HttpRequestException)
        {
            context.Abort();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; what it asked for is done nevertheless.
        }
    }

    private static Task SteerAsync(CosmosStandIn standIn, HttpContext context)
    {
        var (asked, query) = (context.Request, context.Request.Query);
        switch (asked.Method, asked.Path.Value)
        {
            case ("GET", "/__counts"):
                return context.Response.WriteAsJsonAsync(new { counts = standIn.Counts, refused = standIn.Refused });
            case ("POST", "/__clock"):
                standIn.Clock.Pass(TimeSpan.FromMilliseconds(Number(query["pass"])));
                return Task.CompletedTask;
            case ("POST", "/__faults"):
                var status = (int)Number(query["status"]);
                standIn.Faults.Next(
                    Enum.Parse<Operation>(query["operation"]!), Enum.Parse<When>(query["when"]!), status == 0 ? Fault.Lost : Fault.Status(status, (int)Number(query["sub"])), (int)Math.Max(1, Number(query["times"])));
                return Task.CompletedTask;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    private static double Number(string? text) => text is null ? 0 : double.Parse(text, CultureInfo.InvariantCulture);
}
