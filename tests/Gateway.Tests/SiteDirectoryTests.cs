using System.Collections.Concurrent;
using System.Net;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Consent.Gateway.Tests;

/// <summary>Of several replicas, the one that answered last is asked first whose site it is: one that is away is waited for once, and not for each site.</summary>
public sealed class SiteDirectoryTests
{
    [Fact]
    public async Task A_replica_that_could_not_tell_is_not_asked_first_again()
    {
        var ports = FreePorts.Take(2);
        var asked = new ConcurrentQueue<string>();
        await using var failing = WebApplication.CreateBuilder().Quiet().Build();
        failing.Urls.Add($"http://127.0.0.1:{ports[0]}");
        failing.Run(context =>
        {
            var path = context.Request.Path.Value!;
            if (!path.EndsWith("/declaration", StringComparison.Ordinal)) return Task.CompletedTask;
            asked.Enqueue(path);
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await failing.StartAsync();
        await using var answering = await Replica.StartAsync("127.0.0.1", ports[1]);
        await using var gateway = new GatewayUnderTest
        {
            Settings = { ["Services:consent"] = null, ["Services:consent:0"] = $"http://127.0.0.1:{ports[0]}", ["Services:consent:1"] = $"http://127.0.0.1:{ports[1]}" },
        };
        await gateway.InitializeAsync();

        foreach (var site in (string[])["wool", "silk", "felt"])
        {
            using var answer = await gateway.SendAsync("GET", $"/v1/sites/{site}/subjects/x/state", gateway.Token("consent", ["weavers"]));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal("/v1/sites/wool/declaration", Assert.Single(asked));
    }
}
