using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Model;

namespace Consent.Gateway;

/// <summary>
/// Bodies over <c>Gateway:MaxBodyBytes</c> (default 1 MiB), or over the route's own <c>MaxRequestBodySize</c> (-1: any length, for
/// what is read as it comes), are refused with 413. Services hold tighter limits of their own.
/// </summary>
internal static class LimitBody
{
    private const long OneMebibyte = 1 << 20;

    public static void AddBodyLimit(this IHostApplicationBuilder builder) =>
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Limit(builder.Configuration);
        });

    /// <summary>Answers before a byte is forwarded where the length is announced; a chunked body is cut off by the server at the same limit.</summary>
    public static void UseBodyLimit(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var limit = Of(context);
        return context.Request.ContentLength > limit ? Problems.TooLarge(limit).ExecuteAsync(context) : next(context);
    });

    public static long Of(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.MaxRequestBodySize switch
        {
            null => Limit(context.RequestServices.GetRequiredService<IConfiguration>()),
            < 0 => long.MaxValue,
            var own => own.Value,
        };

    private static long Limit(IConfiguration configuration) => configuration.GetValue("Gateway:MaxBodyBytes", OneMebibyte);
}
