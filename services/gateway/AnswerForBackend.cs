using Consent.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Consent.Gateway;

/// <summary>Where forwarding failed before an answer began, says so in problem details: 413, 400 or 503, never an empty body.</summary>
internal static class AnswerForBackend
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.GetForwarderErrorFeature() is not { } failure) return;
        if (context.RequestAborted.IsCancellationRequested) return;
        await ProblemOf(failure, context).ExecuteAsync(context);
    }

    private static IResult ProblemOf(IForwarderErrorFeature failure, HttpContext context)
    {
        if (failure.Exception is { } e && IsTooLarge(e)) return Problems.TooLarge(LimitBody.Of(context));
        if (failure.Error is ForwarderError.RequestBodyClient) return Problems.MalformedBody("It ended early.");
        return Unavailable(context);
    }

    public static IResult Unavailable(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "2";
        return Problems.Because(503, "service-unavailable", "The service behind this address does not answer.",
            "Nothing was confirmed; send the same request again in a few seconds, with the same Idempotency-Key.");
    }

    private static bool IsTooLarge(Exception e) => e switch
    {
        BadHttpRequestException bad => bad.StatusCode == StatusCodes.Status413PayloadTooLarge,
        AggregateException many => many.InnerExceptions.Any(IsTooLarge),
        _ => e.InnerException is { } inner && IsTooLarge(inner),
    };
}
