using System.Collections.Concurrent;
using System.Net;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Consent.Gateway.Tests;

/// <summary>Two replicas of the consent service: both are used, and one that dies is missed by nobody for long.</summary>
public sealed class ReplicasTests
{
    [Fact]
    public async Task Both_replicas_are_used_one_that_died_is_passed_over_and_one_that_came_back_is_used_again()
    {
        var asked = new ConcurrentQueue<int>();
        var ports = FreePorts.Take(2);
        var replicas = await Task.WhenAll(StartAsync(0), StartAsync(1));
        await using var gateway = new GatewayUnderTest
        {
            Settings = { ["Services:consent"] = null, ["Services:consent:0"] = $"http://127.0.0.1:{ports[0]}", ["Services:consent:1"] = $"http://127.0.0.1:{ports[1]}" },
        };
        await gateway.InitializeAsync();

        await AskedAsync(0, 1);
        await replicas[1].DisposeAsync();
        await Eventually.IsSoAsync("ten in a row are answered", async () => (await TenAsync()).All(s => s == HttpStatusCode.OK));
        // Whose site it is can still be asked: the one that is away is asked first.
        await replicas[0].DisposeAsync();
        replicas[1] = await StartAsync(1);
        await Eventually.IsSoAsync("the other is asked whose site it is",
            async () => (await gateway.SendAsync("GET", "/v1/sites/wool/subjects/x/state", gateway.Token("consent", ["weavers"]))).StatusCode == HttpStatusCode.OK);
        replicas[0] = await StartAsync(0);
        await AskedAsync(0, 1);

        foreach (var replica in replicas) await replica.DisposeAsync();

        async Task<List<HttpStatusCode>> TenAsync()
        {
            var answers = new List<HttpStatusCode>();
            for (var i = 0; i < 10; i++)
            {
                using var answer = await gateway.SendAsync("POST", "/v1/sites/wool/decisions");
                answers.Add(answer.StatusCode);
            }
            return answers;
        }

        Task AskedAsync(params int[] all) => Eventually.IsSoAsync("both are asked", async () =>
        {
            asked.Clear();
            return (await TenAsync()).All(s => s == HttpStatusCode.OK) && asked.Distinct().Order().SequenceEqual(all);
        });

        async Task<WebApplication> StartAsync(int number)
        {
            var app = WebApplication.CreateBuilder().Quiet().Build();
            app.Urls.Add($"http://127.0.0.1:{ports[number]}");
            app.Run(context =>
            {
                if (HttpMethods.IsPost(context.Request.Method)) asked.Enqueue(number);
                return context.Response.WriteAsync("""{"site":"wool","controller":{"id":"weavers"}}""");
            });
            await app.StartAsync();
            return app;
        }
    }
}
