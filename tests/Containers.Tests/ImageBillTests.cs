using System.Text.Json;
using Consent.Tests.Support;

namespace Consent.Containers.Tests;

/// <summary>The bill of materials beside each image (CycloneDX 1.6) names all that is in it.</summary>
public sealed class ImageBillTests
{
    public static TheoryData<string> Images => ImageArchive.All;

    [Theory]
    [MemberData(nameof(Images))]
    public void It_is_about_this_image_and_no_other(string name)
    {
        var (bill, image) = (ImageArchive.Of(name).Bill, ImageArchive.Of(name));

        Assert.Equal("CycloneDX", bill.GetProperty("bomFormat").GetString());
        Assert.Equal("1.6", bill.GetProperty("specVersion").GetString());
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", bill.GetProperty("serialNumber").GetString());
        Assert.Contains(Uri.EscapeDataString(image.Digest), bill.GetProperty("metadata").GetProperty("component").GetProperty("purl").GetString(), StringComparison.Ordinal);
        Assert.False(bill.GetProperty("metadata").TryGetProperty("timestamp", out _), "The same image has the same bill.");
        var references = Components(bill).Select(c => c.GetProperty("bom-ref").GetString()).ToList();
        Assert.Equal(references.Distinct(StringComparer.Ordinal), references);
    }

    /// <summary>Each library in the image is one of the project's own, of the runtime, or of a package that the bill names.</summary>
    [Theory]
    [MemberData(nameof(Images))]
    public void Every_library_comes_from_something_that_it_names(string name)
    {
        var image = ImageArchive.Of(name);
        var named = Components(image.Bill).Select(c => c.GetProperty("name").GetString()!).ToHashSet(StringComparer.Ordinal);
        var deps = JsonDocument.Parse(image.Files.Values.Single(f => f.Path.EndsWith(".deps.json", StringComparison.Ordinal)).Content).RootElement;
        var from = deps.GetProperty("targets").EnumerateObject().Single(t => t.Name.Contains('/', StringComparison.Ordinal)).Value.EnumerateObject()
            .SelectMany(l => Paths(l.Value).Select(path => (File: Path.GetFileName(path), Package: l.Name.Split('/')[0].Replace("runtimepack.", "", StringComparison.Ordinal))))
            .ToLookup(l => l.File, l => l.Package, StringComparer.Ordinal);

        foreach (var library in image.Files.Keys.Where(f => f.StartsWith("app/", StringComparison.Ordinal) && Path.GetExtension(f) is ".dll" or ".so"))
        {
            var packages = from[Path.GetFileName(library)];
            Assert.True(packages.Any(), $"Nothing says from where {library} is.");
            Assert.All(packages, package => Assert.Contains(package, named));
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Every_package_has_its_version_its_licence_and_a_hash(string name)
    {
        foreach (var component in Components(ImageArchive.Of(name).Bill))
        {
            var purl = component.GetProperty("purl").GetString()!;
            Assert.NotEmpty(component.GetProperty("version").GetString()!);
            if (purl.StartsWith("pkg:nuget/", StringComparison.Ordinal)) Assert.True(component.TryGetProperty("licenses", out _), purl);
            if (component.GetProperty("type").GetString() == "library" && !purl.StartsWith("pkg:generic/", StringComparison.Ordinal)) Assert.True(component.TryGetProperty("hashes", out _), purl);
        }
    }

    [Fact]
    public void The_base_is_made_of_the_packages_that_are_locked()
    {
        var locked = File.ReadLines(Path.Combine(Repository.Root, "tools", "images", "base.lock")).Where(l => l is not ("" or ['#', ..])).Select(l => l.Split(' ')[0]);

        Assert.Equal(locked.Order(StringComparer.Ordinal), Components(ImageArchive.Of("gateway").Bill).Where(IsOfTheSystem).Select(c => c.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<JsonElement> Components(JsonElement bill) => bill.GetProperty("components").EnumerateArray();

    private static bool IsOfTheSystem(JsonElement component) => component.GetProperty("purl").GetString()!.StartsWith("pkg:deb/", StringComparison.Ordinal);

    private static IEnumerable<string> Paths(JsonElement library) =>
        from kind in (string[])["runtime", "native"]
        where library.TryGetProperty(kind, out _)
        from file in library.GetProperty(kind).EnumerateObject()
        select file.Name;
}
