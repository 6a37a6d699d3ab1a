using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Consent.Tests.Support;

namespace Consent.Containers.Tests;

/// <summary>The same sources give the same image, wherever and in whatever order they are built.</summary>
public sealed class ImageBuildTests
{
    [Fact, Trait("form", "long")]
    public async Task Built_from_another_folder_alone_it_has_the_same_digest()
    {
        const string name = "gateway";
        var image = ImageArchive.Of(name);
        using var copy = new TemporaryFolder();
        await RunAsync(Repository.Root, "bash", "-c", $"tar cf - --exclude=bin --exclude=obj --exclude=node_modules --exclude=.git --exclude=artifacts . | tar xf - -C '{copy.Path}'");
        // The base's packages are fetched once.
        await RunAsync(Repository.Root, "bash", "-c", $"mkdir -p '{copy.Path}/artifacts/images' && cp -r artifacts/images/packages '{copy.Path}/artifacts/images/'");
        var labels = image.Config.GetProperty("Labels");

        await RunAsync(
            copy.Path, "env", $"SOURCE_DATE_EPOCH={image.Whole.GetProperty("created").GetDateTimeOffset().ToUnixTimeSeconds()}",
            $"CONSENT_REVISION={labels.GetProperty("org.opencontainers.image.revision").GetString()}", "bash", "tools/images/build.sh", name);

        Assert.Equal(image.Digest, (await File.ReadAllTextAsync(copy.File("artifacts", "images", $"{name}.digest"))).Trim());
        Assert.Equal(await File.ReadAllBytesAsync(Beside($"{name}.cdx.json")), await File.ReadAllBytesAsync(copy.File("artifacts", "images", $"{name}.cdx.json")));
    }

    [Fact]
    public async Task An_image_that_is_there_is_not_built_again()
    {
        var before = File.GetLastWriteTimeUtc(Beside("gateway.oci.tar"));

        await RunAsync(Repository.Root, "bash", "tools/images/build.sh", "gateway");

        Assert.Equal(before, File.GetLastWriteTimeUtc(Beside("gateway.oci.tar")));
    }

    /// <summary>Files as the SDK's archive may bring them: in any order, at any time, of anybody.</summary>
    [Fact]
    public async Task What_differs_between_two_publications_is_gone_from_the_image()
    {
        using var folder = new TemporaryFolder();
        Published(folder.File("one.tar"), ["app/b.dll", "app/a.dll"], DateTimeOffset.UnixEpoch.AddYears(50), 0);
        Published(folder.File("two.tar"), ["app/a.dll", "app/b.dll"], DateTimeOffset.UnixEpoch.AddYears(51), 1000);
        Published(folder.File("other.tar"), ["app/a.dll", "app/c.dll"], DateTimeOffset.UnixEpoch.AddYears(51), 1000);

        var digests = new List<string>();
        foreach (var file in (string[])["one", "two", "other"])
            digests.Add(await RunAsync(Repository.Root, "node", "tools/images/normalise.mjs", folder.File($"{file}.tar"), folder.File($"{file}.oci.tar"), "consent/x:1", "1700000000"));

        Assert.Equal(digests[0], digests[1]);
        Assert.NotEqual(digests[0], digests[2]);
        Assert.Equal(await File.ReadAllBytesAsync(folder.File("one.oci.tar")), await File.ReadAllBytesAsync(folder.File("two.oci.tar")));
    }

    [Fact]
    public async Task An_unknown_name_is_refused_with_a_sentence()
    {
        var said = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(Repository.Root, "bash", "tools/images/build.sh", "gatway"));

        Assert.Contains("There is no image 'gatway'", said.Message, StringComparison.Ordinal);
    }

    /// <summary>An archive of one layer, as the SDK lays it out.</summary>
    private static void Published(string path, string[] files, DateTimeOffset at, int owner)
    {
        var blobs = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        JsonElement Keep(string type, byte[] content)
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(content));
            blobs[$"blobs/sha256/{digest}"] = content;
            return JsonSerializer.SerializeToElement(new { mediaType = type, digest = $"sha256:{digest}", size = content.Length });
        }
        var layer = new MemoryStream();
        using (var packed = new GZipStream(layer, CompressionMode.Compress))
        using (var tar = new TarWriter(packed, TarEntryFormat.Pax))
        {
            foreach (var file in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(file)), ModificationTime = at, Uid = owner });
        }
        var config = Keep("config", JsonSerializer.SerializeToUtf8Bytes(new
        {
            created = at,
            architecture = "amd64",
            os = "linux",
            config = new { Env = (string[])["A=1"], Labels = new { b = "1" } },
            rootfs = new { type = "layers", diff_ids = (string[])["x"] },
        }));
        var manifest = Keep("manifest", JsonSerializer.SerializeToUtf8Bytes(new { config, layers = (JsonElement[])[Keep("layer", layer.ToArray())] }));
        blobs["index.json"] = JsonSerializer.SerializeToUtf8Bytes(new { manifests = (JsonElement[])[manifest] });
        using var archive = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
        foreach (var (name, content) in blobs) archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
    }

    private static string Beside(string file) => Path.Combine(Repository.Root, "artifacts", "images", file);

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors}{await output}");
    }
}
