using System.Security.Cryptography;
using System.Text;
using Consent.Tests.Support;
using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>A receipt tells with what the choice was made: which build of the banner, on which of its layers, with which button.</summary>
public class CollectionTests(RunningHost host)
{
    private const string Site = "raadhuis";
    private const string Language = "nl";

    [Theory]
    [InlineData("banner", "Alles weigeren", "refuse-all")]
    [InlineData("banner", "Alles accepteren", "accept-all")]
    [InlineData("settings", "Alles weigeren", "refuse-all")]
    [InlineData("settings", "Alles accepteren", "accept-all")]
    [InlineData("settings", "Keuze opslaan", "save")]
    public async Task A_choice_is_stored_with_the_build_the_layer_and_the_button_also_in_its_document(string layout, string button, string element)
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site, Language);
        if (layout == "settings") await visitor.Button("Instellingen").ClickAsync();
        var receipt = await ReceiptOfAsync(await visitor.DecideAsync(button));

        var build = await ServedBuildAsync(visitor);
        Assert.Equal((build, layout, element), await StoredAsync(receipt));
        var document = await host.GetAsync(new Uri(host.Gateway, $"{receipt}/document"));
        var method = document.GetProperty("collection_method");
        Assert.Equal(build, method.GetProperty("banner_build").GetString());
        Assert.Equal(layout, method.GetProperty("layout").GetString());
        Assert.Equal(element, method.GetProperty("element").GetString());
    }

    [Fact]
    public async Task Withdrawing_with_the_reopened_banner_names_the_button_and_says_what_it_meant()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site, Language);
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Reopener.ClickAsync();
        var receipt = await ReceiptOfAsync(await visitor.DecideAsync("Alles weigeren"));

        Assert.Equal((await ServedBuildAsync(visitor), "banner", "refuse-all"), await StoredAsync(receipt));
        Assert.Equal("withdraw", (await host.GetAsync(new Uri(host.Gateway, receipt))).GetProperty("action").GetString());
    }

    [Fact]
    public async Task A_choice_made_at_a_held_back_video_says_so()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site, Language);
        var always = visitor.Page.Locator(".video").GetByRole(AriaRole.Button, new() { NameRegex = new("^Altijd toestaan") });
        var receipt = await ReceiptOfAsync(await visitor.Page.RunAndWaitForResponseAsync(
            () => always.ClickAsync(), r => r.Url.EndsWith("/decisions", StringComparison.Ordinal) && r.Request.Method == "POST"));

        Assert.Equal((await ServedBuildAsync(visitor), "placeholder", "always"), await StoredAsync(receipt));
    }

    [Fact]
    public async Task A_later_choice_that_takes_in_an_unsent_one_bears_its_own_layer_and_button()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.OpenAsync(Site, Language);
        var build = await ServedBuildAsync(visitor);
        await visitor.PartsAsync("rest", "act");
        await visitor.Context.SetOfflineAsync(true);
        await visitor.Button("Alles accepteren").ClickAsync();
        await visitor.Reopener.ClickAsync();
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("media").UncheckAsync();
        await visitor.Button("Keuze opslaan").ClickAsync();
        await visitor.Context.SetOfflineAsync(false);
        var receipt = await ReceiptOfAsync(await visitor.Page.RunAndWaitForResponseAsync(
            visitor.ReloadAsync, r => r.Url.EndsWith("/decisions", StringComparison.Ordinal) && r.Request.Method == "POST"));

        Assert.Equal((build, "settings", "save"), await StoredAsync(receipt));
    }

    private static async Task<string> ReceiptOfAsync(IResponse answer)
    {
        Assert.Equal(201, answer.Status);
        return (await answer.HeaderValueAsync("Location"))!;
    }

    private async Task<(string? Build, string? Layout, string? Element)> StoredAsync(string receipt)
    {
        var collection = (await host.GetAsync(new Uri(host.Gateway, receipt))).GetProperty("collection");
        return (collection.GetProperty("build").GetString(), collection.GetProperty("layout").GetString(), collection.GetProperty("element").GetString());
    }

    /// <summary>The build that this browser was told, which must be that of the built files, as the README of the cookie banner says.</summary>
    private static async Task<string> ServedBuildAsync(Visitor visitor)
    {
        var script = await (await visitor.Requests($"/banner/{Site}.js")[0].ResponseAsync())!.TextAsync();
        var folder = Path.Combine(Repository.Root, "services/cookie-banner/script/dist");
        var built = string.Concat(((string[])["banner", "rest", "act", "act-signals", "embeds"]).Select(name => File.ReadAllText(Path.Combine(folder, $"{name}.js"))));
        var build = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(built)))[..12];
        Assert.Contains($"\"build\":\"{build}\"", script, StringComparison.Ordinal);
        return build;
    }
}
