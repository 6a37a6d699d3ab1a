using System.Diagnostics;

namespace Consent.Tests.Support;

/// <summary>Publishes the sample declarations as <c>tools/up.sh</c> does: by the command-line tool.</summary>
internal static class PublishSamples
{
    public static async Task RunAsync(Product product)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        var files = Product.Sites.Select(site => Path.Combine(Repository.Root, "tools", "declarations", $"{site}.yaml"));
        foreach (var argument in (string[])[
            Repository.Program("tools/cli"), "publish", .. files, "--gateway", product.Gateway.ToString(),
            "--origin", product.Demo.GetLeftPart(UriPartial.Authority), "--data", product.Data])
            start.ArgumentList.Add(argument);
        using var tool = Process.Start(start)!;
        var output = tool.StandardOutput.ReadToEndAsync();
        var errors = await tool.StandardError.ReadToEndAsync();
        await tool.WaitForExitAsync();
        if (tool.ExitCode != 0) throw new InvalidOperationException($"publish ended with {tool.ExitCode}: {await output}{errors}");
    }
}
