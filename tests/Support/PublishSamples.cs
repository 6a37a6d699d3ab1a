namespace Consent.Tests.Support;

/// <summary>Publishes the sample declarations as <c>tools/up.sh</c> does: by the command-line tool.</summary>
internal static class PublishSamples
{
    public static async Task RunAsync(Product product)
    {
        var files = Product.Sites.Select(site => Path.Combine(Repository.Root, "tools", "declarations", $"{site}.yaml"));
        var (code, output, errors) = await CommandLine.RunAsync(
            ["publish", .. files, "--gateway", product.Gateway.ToString(), "--origin", product.Demo.GetLeftPart(UriPartial.Authority), "--data", product.Data]);
        if (code != 0) throw new InvalidOperationException($"publish ended with {code}: {output}{errors}");
    }
}
