using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Consent.Audit.Tests.Timelines;

/// <summary>Knows one address of the garden centre's reader, and who may ask.</summary>
internal sealed class StandInMarketing : IAsyncDisposable
{
    public const string Address = "els@example.com";
    private readonly RunningApp _app;

    private StandInMarketing() => _app = new RunningApp(map: app => app.MapPost("/v1/sites/{site}/marketing/subjects", Answer));

    public string Url => _app.Http.BaseAddress!.ToString();

    /// <summary>The token with which it was asked last.</summary>
    public string? Token { get; private set; }

    /// <summary>Why it was asked last.</summary>
    public string? Reason { get; private set; }

    /// <summary>What it answers; 200 with the ids.</summary>
    public int Status { get; set; } = 200;

    public static async Task<StandInMarketing> StartAsync()
    {
        var marketing = new StandInMarketing();
        await marketing._app.StartAsync();
        return marketing;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Answer(string site, HttpRequest request, Asked asked)
    {
        (Token, Reason) = (request.Headers.Authorization.ToString(), asked.Reason);
        return (site, asked.Address, Status) is (Samples.Site, Address, 200) ? TypedResults.Ok(new { subjects = (string[])[$"a2-{new string('c', 64)}", Samples.OptOut().SubjectId] }) : TypedResults.StatusCode(Status == 200 ? 422 : Status);
    }

    private sealed record Asked(string Address, string? Reason = null);
}
