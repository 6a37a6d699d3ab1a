using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.ConsentService;

/// <summary>201 with the receipt and its address.</summary>
internal sealed class ReceiptAnswer(Receipt receipt) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.Location = $"/v1/sites/{receipt.Site}/receipts/{receipt.Id}";
        return JsonAnswer.WriteAsync(httpContext, StatusCodes.Status201Created, ReceiptJson.Of(receipt));
    }
}
