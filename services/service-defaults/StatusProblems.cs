using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;

namespace Consent.ServiceDefaults;

/// <summary>Gives answers that come from the framework, without a body of their own, a stable type and a sentence that says what to do.</summary>
internal static class StatusProblems
{
    public static void Complete(ProblemDetails problem, HttpContext context)
    {
        problem.Extensions.Remove("traceId");
        problem.Instance = null;
        if (problem.Type?.StartsWith("urn:consent:", StringComparison.Ordinal) == true) return;
        var (slug, title, whatToDo) = Of(problem.Status ?? context.Response.StatusCode);
        (problem.Type, problem.Title, problem.Detail) = (Problems.TypeOf(slug), title, whatToDo);
    }

    private static (string Slug, string Title, string WhatToDo) Of(int status) => status switch
    {
        400 => ("bad-request", "The request could not be read.", "Check the request's path, headers and body against the documentation."),
        401 => ("token-needed", "A bearer token is needed.", "Send the header Authorization: Bearer with a valid token of the configured issuer."),
        403 => ("scope-needed", "The token does not have the scope.", "Ask the issuer for a token with the scope that this route needs."),
        404 => ("not-found", "There is nothing here.", "Check the address."),
        405 => ("method-not-allowed", "The method is not allowed here.", "See the Allow header for the methods of this address."),
        413 => ("body-too-large", "The body is too large.", "Send a smaller body."),
        415 => ("media-type", "The content type is not understood.", "Send application/json, or what the route documents."),
        429 => ("too-many-requests", "There were too many requests.", "Wait as long as Retry-After says, then try again."),
        503 => ("unavailable", "The service cannot answer just now.", "Try again in a few seconds; nothing was stored."),
        >= 500 => ("internal", "Something went wrong here.", "Try again; if it goes on, tell the operator the time of the request."),
        _ => ("refused", "The request was refused.", "Check the request against the documentation."),
    };
}

/// <summary>Turns an unforeseen exception into a problem that tells nothing internal; the log has the rest.</summary>
internal sealed class ExceptionProblems(IProblemDetailsService problems, ILogger<ExceptionProblems> log) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var status = exception switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            IUnavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };
        if (status == StatusCodes.Status503ServiceUnavailable) log.LogWarning("Answered 503: {Reason}", ReasonOf(exception));
        httpContext.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable) httpContext.Response.Headers.RetryAfter = "2";
        return problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = { Status = status } });
    }

    /// <summary>What our own exception says, and what sort of failure led to it: never a value from a request.</summary>
    private static string ReasonOf(Exception e)
    {
        var causes = new List<string>();
        for (var cause = e.InnerException; cause is not null; cause = cause.InnerException)
            causes.Add(cause is System.Data.Common.DbException { SqlState: { } state } ? $"{cause.GetType().Name} {state}" : cause.GetType().Name);
        return causes.Count == 0 ? e.Message : $"{e.Message} ({string.Join(", ", causes)})";
    }
}

/// <summary>An exception that means: not now, try again (503). Nothing was stored.</summary>
#pragma warning disable CA1040 // A marker is all that the handler needs; the exception types live in other assemblies.
public interface IUnavailable;
#pragma warning restore CA1040
