using System.Text;
using Microsoft.AspNetCore.Http;

namespace Consent.Audit.Tests.Logs;

/// <summary>Answers of a stand-in.</summary>
internal static class Reply
{
    public static async Task WithAsync(HttpContext http, int status, string type, string text)
    {
        (http.Response.StatusCode, http.Response.ContentType) = (status, type);
        await http.Response.WriteAsync(text, Encoding.UTF8);
    }

    public static Task RedirectAsync(HttpContext http, string to)
    {
        http.Response.StatusCode = 307;
        http.Response.Headers.Location = to;
        return Task.CompletedTask;
    }

    /// <summary>Until the caller goes away.</summary>
    public static async Task EndlesslyAsync(HttpContext http)
    {
        var line = Encoding.UTF8.GetBytes($"{new string('a', 1000)}\n");
        try
        {
            while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(line, http.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It went.
        }
    }
}
