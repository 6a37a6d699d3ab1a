using Consent.VerifiableLog;
using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests.Logs;

/// <summary>Serves the log in a folder as the gateway would, unless told otherwise. Keeps path and token of every request.</summary>
internal sealed class LogGateway : StandInGateway<string>
{
    private const string Prefix = "/log/bakkers/";
    private readonly Func<string> _folder;
    private readonly Func<string, HttpContext, Task<bool>> _instead;

    private LogGateway(Func<string> folder, Func<string, HttpContext, Task<bool>> instead) => (_folder, _instead) = (folder, instead);

    public string Log => $"{Address}/log/bakkers";

    /// <param name="folder">Asked at each request.</param>
    /// <param name="instead">By the path, with its query: whether it has answered in its own way.</param>
    public static async Task<LogGateway> StartAsync(Func<string> folder, Func<string, HttpContext, Task<bool>>? instead = null)
    {
        var gateway = new LogGateway(folder, instead ?? ((_, _) => Task.FromResult(false)));
        await gateway.ListenAsync();
        return gateway;
    }

    public int AskedFor(string path) => Asked.Count(asked => asked.StartsWith(path, StringComparison.Ordinal));

    public static async Task<bool> TellAsync(HttpContext context, int status, string json = "{}")
    {
        await WriteAsync(context, status, json);
        return true;
    }

    protected override async Task AnswerAsync(HttpContext context)
    {
        var path = $"{context.Request.Path}{context.Request.QueryString}";
        Keep($"{path} {context.Request.Headers.Authorization}".TrimEnd());
        if (await _instead(path, context)) return;
        if (path.StartsWith(Prefix, StringComparison.Ordinal) && new FolderReader(_folder()).Read(path[Prefix.Length..]) is { } bytes) await context.Response.Body.WriteAsync(bytes);
        else await TellAsync(context, 404, """{"title":"The log has no such tile."}""");
    }
}
