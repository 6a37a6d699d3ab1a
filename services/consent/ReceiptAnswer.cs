using System.Buffers;
using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>201 with the receipt and its address.</summary>
internal sealed class ReceiptAnswer(Receipt receipt) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var json = ReceiptJson.Of(receipt);
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status201Created;
        response.Headers.Location = $"/v1/sites/{receipt.Site}/receipts/{receipt.Id}";
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = json.Length;
        // Copied into the response before anything is awaited, so that the buffer is free again.
        response.BodyWriter.Write(json);
        var flushed = response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        return flushed.IsCompletedSuccessfully ? Task.CompletedTask : flushed.AsTask();
    }
}
