using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>An operator rotates the secret of links and the key of addresses beside the running product. On one of its own: its keys are not those of the others.</summary>
public sealed class RotatedKeysTests
{
    [Fact]
    public async Task Who_was_erased_stays_suppressed_under_a_new_key_and_a_link_of_before_a_new_secret_still_opts_out()
    {
        await using var product = new OneProcess();
        using var folder = new TemporaryFolder();
        await product.StartAsync();
        var site = new Site(product, "weefgoed");
        var (erased, reader) = ($"erased.{RandomId.New()[..12]}@voorbeeld.example", $"reader.{RandomId.New()[..12]}@voorbeeld.example");
        foreach (var address in (string[])[erased, reader]) await site.SubscribeAsync(address);
        var before = await site.LinkAsync(reader);
        using (var answer = await product.Client("marketing").PostAsJsonAsync($"/v1/sites/{site.Id}/marketing/erasures", new { address = erased }))
            Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal((false, "erased"), await site.MaySendAsync(erased));

        Assert.Equal("""[{"ring":"token","version":2}]""", await RotateAsync(product, "--tokens"));
        var rings = JsonNode.Parse(await RotateAsync(product, "--addresses"))!.AsArray();
        Assert.NotEmpty(rings);
        Assert.All(rings, ring => Assert.Equal(2, (int)ring!["version"]!));

        var rows = folder.File("opt-ins.ndjson");
        await File.WriteAllLinesAsync(rows, [Row(erased, await site.TopicAsync()), Row($"new.{reader}", await site.TopicAsync())]);
        var (_, told, _) = await CommandLine.RunAsync(
            "marketing", "import", rows, "--site", site.Id, "--system", "mailchimp", "--gateway", product.Gateway.ToString(), "--data", product.Data, "--json");
        Assert.True(told == """{"rows":2,"recorded":1,"known":0,"refused":1}""", $"{told}\n{await File.ReadAllTextAsync($"{rows}.errors.ndjson")}");
        Assert.Equal((false, "erased"), await site.MaySendAsync(erased));
        Assert.Equal((true, "opted-in"), await site.MaySendAsync($"new.{reader}"));

        var after = await site.LinkAsync(reader);
        Assert.Equal((1, 2), (VersionOf(before), VersionOf(after)));
        Assert.Equal((true, "opted-in"), await site.MaySendAsync(reader));
        await site.OneClickAsync(before);
        Assert.Equal((false, "suppressed"), await site.MaySendAsync(reader));
        await site.OneClickAsync(after);
    }

    private static async Task<string> RotateAsync(Product product, string what)
    {
        var (code, output, errors) = await CommandLine.RunAsync("keys", "rotate", what, "--data", product.Data, "--json");
        Assert.Equal((0, ""), (code, errors));
        return output;
    }

    /// <param name="link">Its path, <c>/u/…</c>.</param>
    private static int VersionOf(string link) => Base64Url.DecodeFromChars(link.AsSpan(3))[1];

    private static string Row(string address, string topic) => new JsonObject
    {
        ["address"] = address,
        ["topic"] = topic,
        ["optedInAt"] = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("O", CultureInfo.InvariantCulture),
        ["evidence"] = "sign-up log 7",
        ["reference"] = $"row-{RandomId.New()[..8]}",
    }.ToJsonString();
}
