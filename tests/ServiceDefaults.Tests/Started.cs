using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ServiceDefaults.Tests;

/// <summary>An application with the service defaults, on a port of its own, that has these settings from the first moment.</summary>
internal static class Started
{
    public static async Task<WebApplication> AppAsync(Dictionary<string, string?> settings, Action<WebApplication>? map = null, Action<IServiceCollection>? add = null)
    {
        var builder = Builder(settings);
        builder.AddServiceDefaults("test");
        add?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseServiceDefaults();
        map?.Invoke(app);
        await app.StartAsync();
        return app;
    }

    public static WebApplicationBuilder Builder(Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(ReadOnce.Settings());
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings);
        return builder;
    }
}
