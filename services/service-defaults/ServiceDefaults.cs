using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.ServiceDefaults;

/// <summary>What every process of the product does alike: sign-in, problem details, telemetry, probes, JSON, the way to stop.</summary>
public static class ServiceDefaultsSetup
{
    /// <summary>Tag of a health check that is for people and alarms alone: whatever it says, the service goes on answering.</summary>
    public const string Alarm = "alarm";

    /// <summary>Once per process, before the services add themselves.</summary>
    /// <param name="process">Name in telemetry: the service's, or <c>host</c>.</param>
    public static void AddServiceDefaults(this IHostApplicationBuilder builder, string process)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddQuietLogging();
        builder.AddTelemetry(process);
        builder.AddConsentAuthentication();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddProblemDetails(o => o.CustomizeProblemDetails = c => StatusProblems.Complete(c.ProblemDetails, c.HttpContext));
        builder.Services.AddExceptionHandler<ExceptionProblems>();
        builder.Services.AddCors();
        builder.Services.AddSingleton<ICorsPolicyProvider, SiteCors.PolicyProvider>();
        builder.Services.AddHealthChecks();
        builder.Services.ConfigureHttpJsonOptions(o => ContractJson.Configure(o.SerializerOptions));
        builder.Services.Configure<ForwardedHeadersOptions>(o => o.ForwardedHeaders = ForwardedHeaders.XForwardedFor);
        builder.AddDrainAtStop();
    }

    /// <summary>
    /// Once per process, before the services map their endpoints. Probes: <c>/health/live</c>, <c>/health/ready</c> (its own parts), and
    /// <c>/health</c> (the broker too, and what is tagged <see cref="Alarm"/>), for people and alarms.
    /// </summary>
    public static void UseServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (Authentication.IsForDevelopment(app.Configuration))
            app.Logger.LogWarning("Auth:Development is set: tokens are checked by keys that come over the network in the clear. That is for trying things out, and for nothing else.");
        app.UseDrainAtStop();
        app.UseForwardedHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseCors();
        // Most requests are a visitor's, and bring no token: there is nobody to authenticate. Unless told that it is there already,
        // the framework puts the middleware before every request.
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
        app.UseWhen(context => context.Request.Headers.Authorization.Count > 0, branch => branch.UseAuthentication());
        app.UseAuthorization();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        // Without the broker a service still answers and records: to take it out of service then would lose what it could keep.
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = c => c.Name != HearEvents.Check && !c.Tags.Contains(Alarm), ResponseWriter = WriteHealthAsync });
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = WriteHealthAsync });
    }

    private static void AddQuietLogging(this IHostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.IncludeScopes = false;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        // The frameworks' information lines name paths and addresses, which may hold tokens and subject ids.
        foreach (var category in (string[])["Microsoft", "System", "Yarp", "MassTransit"]) builder.Logging.AddFilter(category, LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Error);
        // Says nothing from warning upwards; asked whether it might, it makes an activity for each request that nobody listens to.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Every probe would repeat the same line; the probe's answer says it.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        // Only the cookies of the auditors' pages are protected with it; what it says while all is well is about its own key files.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
    }

    private static Task WriteHealthAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(e => e.Key, e => new { status = e.Value.Status.ToString(), e.Value.Description }),
        }, context.RequestAborted);
}
