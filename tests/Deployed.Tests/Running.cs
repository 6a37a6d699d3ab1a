using System.Net.Http.Headers;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>A product that somebody else has started, with the sample declarations published; shared by the tests.</summary>
public sealed class Running : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public Product Product { get; } = new();

    /// <summary>Publishes what is unchanged without a new version; waits until the banner of each site is served.</summary>
    public async ValueTask InitializeAsync()
    {
        var http = Product.Client(Product.Gateway, Product.Token("consent"));
        foreach (var site in Product.Sites)
        {
            var text = await File.ReadAllTextAsync(Path.Combine(Product.Declarations, $"{site}.yaml"));
            await Eventually.IsSoAsync($"the declaration of {site} is published", async () =>
            {
                using var body = new StringContent(text, new MediaTypeHeaderValue("application/yaml"));
                using var answer = await http.PutAsync(new Uri($"/v1/sites/{site}/declaration", UriKind.Relative), body);
                return answer.IsSuccessStatusCode;
            }, Patience);
            await Eventually.IsSoAsync($"the banner of {site} is served", async () =>
            {
                using var answer = await http.GetAsync(new Uri($"/banner/{site}.js", UriKind.Relative));
                return answer.IsSuccessStatusCode;
            }, Patience);
        }
    }

    public ValueTask DisposeAsync()
    {
        Product.Dispose();
        return ValueTask.CompletedTask;
    }
}
