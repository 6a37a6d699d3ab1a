using Microsoft.AspNetCore.Http;

namespace Consent.Cli.Tests;

/// <summary>Publishes whatever it gets as version 3, unless told otherwise, and warns as it is told. Keeps method, path and token.</summary>
internal sealed class PublishingGateway : StandInGateway<string>
{
    public const string Warned = """
        {"site":"baker","version":3,"hash":"x","warnings":[
          {"id":"full-ip-address","article":"Tw art. 11.7a(3)(b)","at":"/measures/0/text","text":{"nl":"Hele adressen.","en":"Whole addresses."}},
          {"id":"vendor-without-purpose","article":"GDPR art. 13(1)(e)","at":"/vendors/1","text":{"nl":"Geen doel.","en":"No purpose."}}],"notDeclared":[]}
        """;

    private readonly Func<int, (int Status, string Body)> _warn;
    private readonly int _published;
    private int _times;

    private PublishingGateway(Func<int, (int Status, string Body)> warn, int published) => (_warn, _published) = (warn, published);

    /// <param name="warn">How the question for warnings is answered, by how often it was put.</param>
    public static async Task<PublishingGateway> StartAsync(Func<int, (int Status, string Body)> warn, int published = 201)
    {
        var gateway = new PublishingGateway(warn, published);
        await gateway.ListenAsync();
        return gateway;
    }

    protected override Task AnswerAsync(HttpContext context)
    {
        Keep($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.Headers.Authorization}");
        var (status, body) = context.Request.Method == "PUT" ? (_published, """{"version":3,"title":"It cannot be.","detail":"Mend it."}""") : _warn(++_times);
        return WriteAsync(context, status, body);
    }
}
