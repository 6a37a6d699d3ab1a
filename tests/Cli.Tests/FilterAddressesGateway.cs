using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests;

/// <summary>
/// Answers <c>marketing/check</c> as <see cref="Answer"/> does, unless told otherwise. Keeps method, path, token, topic and channel of every request,
/// and how many addresses it asked about.
/// </summary>
internal sealed class FilterAddressesGateway : StandInGateway<(string Request, int Addresses)>
{
    private readonly Func<int, HttpContext, Task<bool>> _instead;

    private FilterAddressesGateway(Func<int, HttpContext, Task<bool>> instead) => _instead = instead;

    /// <param name="instead">By how often it was asked: whether it has answered in its own way.</param>
    public static async Task<FilterAddressesGateway> StartAsync(Func<int, HttpContext, Task<bool>>? instead = null)
    {
        var gateway = new FilterAddressesGateway(instead ?? ((_, _) => Task.FromResult(false)));
        await gateway.ListenAsync();
        return gateway;
    }

    /// <summary>By how the address begins: whoever is called yes may be mailed, yes-unless where no register has him, whoever is called no opted out, nobody else was ever asked.</summary>
    public static MaySendAnswer Answer(string address) =>
        !address.Contains('@', StringComparison.Ordinal) ? new MaySendAnswer(false, "invalid-address", null)
        : address.StartsWith("yes-unless", StringComparison.Ordinal) ? new MaySendAnswer(true, "legitimate-interest", "receipt-yes", "Bloctel")
        : address.StartsWith("yes", StringComparison.Ordinal) ? new MaySendAnswer(true, "opted-in", "receipt-yes")
        : address.StartsWith("no@", StringComparison.Ordinal) ? new MaySendAnswer(false, "suppressed", "receipt-no")
        : new MaySendAnswer(false, "no-basis", null);

    protected override async Task AnswerAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var addresses = body["addresses"]!.AsArray().Select(address => (string)address!).ToList();
        var times = Keep(($"{context.Request.Method} {context.Request.Path} {context.Request.Headers.Authorization} {body["topic"]} {body["channel"]}", addresses.Count));
        if (await _instead(times, context)) return;
        var results = addresses.Select(address => new { address, answer = Answer(address) })
            .Select(asked => new { asked.address, permitted = asked.answer.Permitted, reason = asked.answer.Reason, receipt = asked.answer.Receipt, register = asked.answer.Register });
        await context.Response.WriteAsJsonAsync(new { results });
    }
}
