using System.Security.Claims;
using Consent.Audit.Pages;
using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Audit.Tests.Pages;

/// <summary>The service, with pages of the test's own behind the sign-in: who is here, a form, and a question about an address.</summary>
internal sealed class AuditWithPages : IAsyncDisposable
{
    public const string Who = "/audit/test/who";
    private readonly RunningApp _app;

    private AuditWithPages(string data, (string Name, string Value)[] settings) => _app = new RunningApp(
        builder =>
        {
            builder.Configuration["Audit:CheckpointEvery"] = "1.00:00:00";
            builder.Configuration["Audit:Checkpoints"] = $"{data}.checkpoints";
            foreach (var (name, value) in settings) builder.Configuration[name] = value;
            builder.AddAudit();
            builder.Services.AddSingleton<TimeProvider>(Clock);
            builder.Services.AddSingleton<IEventTransport>(new RecordingTransport());
        },
        Map,
        data);

    public MovedClock Clock { get; } = new(TimeProvider.System.Now());

    public Uri Address => _app.Http.BaseAddress!;

    public IServiceProvider Services => _app.Services;

    public static async Task<AuditWithPages> StartAsync(TemporaryFolder folder, params (string Name, string Value)[] settings)
    {
        var audit = new AuditWithPages(folder.File("data"), settings);
        await audit._app.StartAsync();
        return audit;
    }

    /// <summary>With the garden centre's declaration taken in, so that its controller has a log.</summary>
    public async Task HearDeclarationAsync()
    {
        await _app.HearAsync(AuditSetup.Service, Samples.Publication());
        await Services.GetRequiredService<Audit.Logs.WriteLogs>().RoundAsync(CancellationToken.None);
    }

    public Task HearAsync<T>(T e) where T : class, IEvent => _app.HearAsync(AuditSetup.Service, e);

    /// <summary>All that was heard is in the logs, under a checkpoint.</summary>
    public Task RoundAsync() => Services.GetRequiredService<Audit.Logs.WriteLogs>().RoundAsync(CancellationToken.None);

    public string Token(string scope) => _app.Token(scope, ["*"]);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token = null) => _app.SendAsync(method, path, token: token);

    public async Task<List<AccessNotes.Look>> LooksAsync() =>
        [.. (await Services.GetRequiredKeyedService<IRecordLog>(AuditSetup.Service).FeedAsync(0, 1000)).Where(r => r.Kind == AccessNotes.Kind).Select(r => r.Read<AccessNotes.Look>())];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Map(WebApplication app)
    {
        app.MapAudit();
        var pages = app.MapGroup("/audit/test").RequireSignIn();
        pages.MapGet("/who", (ClaimsPrincipal user, HttpContext http, IAntiforgery forms) =>
            $"{user.FindFirst("sub")?.Value}|{user.FindFirst("scope")?.Value}|{user.FindFirst("controller")?.Value}|{forms.GetAndStoreTokens(http).RequestToken}");
        pages.MapGet("/persons", () => "persons").RequireSignIn("audit");
        pages.MapPost("/ask", async (HttpContext http, FindPerson find, CancellationToken cancel) =>
            (await find.RunAsync(http, Samples.Site, null, Timelines.StandInMarketing.Address, cancel, "He asks what we know of him.")) is ({ } person, _) ? TypedResults.Text(person.Subjects[0]) : Results.BadRequest());
    }
}
