using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Consent.Tests.Support;

namespace Consent.Containers.Tests;

/// <summary>What every image holds, and what none does.</summary>
public sealed class ImageTests
{
    private const long Limit = 130_000_000;
    private const UnixFileMode Special = UnixFileMode.SetUser | UnixFileMode.SetGroup;
    private const UnixFileMode WrittenByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Programs with which one who got in could go on.</summary>
    private static readonly HashSet<string> Unwanted = new(StringComparer.Ordinal)
    {
        "sh", "bash", "dash", "busybox", "ash", "zsh", "env", "perl", "python3", "curl", "wget", "nc", "apt", "apt-get", "dpkg", "su", "sudo", "mount", "createdump", "dotnet",
    };

    public static TheoryData<string> Images => ImageArchive.All;

    [Theory]
    [MemberData(nameof(Images))]
    public void It_takes_at_most_130_MB_unpacked(string name) =>
        Assert.True(ImageArchive.Of(name).Size <= Limit, $"{name} takes {ImageArchive.Of(name).Size / 1e6:0.0} MB unpacked: tools/images/compiled-late.txt says what comes without machine code.");

    [Theory]
    [MemberData(nameof(Images))]
    public void It_runs_its_one_program_as_a_user_without_rights(string name)
    {
        var config = ImageArchive.Of(name).Config;

        Assert.Equal("1654:1654", config.GetProperty("User").GetString());
        var program = Assert.Single(config.GetProperty("Entrypoint").EnumerateArray()).GetString()!;
        Assert.False(config.TryGetProperty("Cmd", out var arguments) && arguments.ValueKind is JsonValueKind.Array && arguments.GetArrayLength() > 0, "Arguments are the manifest's to give.");
        Assert.Equal(["8080/tcp"], config.GetProperty("ExposedPorts").EnumerateObject().Select(p => p.Name));
        var started = ImageArchive.Of(name).Files[program.TrimStart('/')];
        Assert.True(started.Mode.HasFlag(UnixFileMode.OtherExecute), $"{program} is not to be started by its user.");
        // The loader of shared libraries starts programs too: nothing runs without it.
        Assert.Equal([program.TrimStart('/')], Programs(name).Where(f => !f.Contains(".so", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void There_is_no_shell_and_no_tool_in_it(string name)
    {
        Assert.DoesNotContain(ImageArchive.Of(name).Files.Values, f => f.Type is not TarEntryType.Directory && Unwanted.Contains(Path.GetFileName(f.Path)));
        Assert.DoesNotContain(ImageArchive.Of(name).Files.Values, f => f.Content.AsSpan().StartsWith("#!"u8));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Only_its_folders_for_data_can_be_written_and_nothing_lends_rights(string name)
    {
        var files = ImageArchive.Of(name).Files.Values;

        Assert.DoesNotContain(files, f => (f.Mode & Special) != UnixFileMode.None);
        Assert.DoesNotContain(files, f => f.Type is TarEntryType.RegularFile && (f.Owner != 0 || (f.Mode & WrittenByOthers) != UnixFileMode.None));
        Assert.Equal(["checkpoints", "data", "data/keys"], files.Where(f => f.Owner == 1654).Select(f => f.Path));
        Assert.Equal(["tmp"], files.Where(f => f.Type is TarEntryType.Directory && (f.Mode & WrittenByOthers) != UnixFileMode.None).Select(f => f.Path));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Its_labels_say_what_it_is_and_from_what_it_was_made(string name)
    {
        var image = ImageArchive.Of(name);
        var labels = image.Config.GetProperty("Labels").EnumerateObject().ToDictionary(l => l.Name["org.opencontainers.image.".Length..], l => l.Value.GetString()!, StringComparer.Ordinal);

        Assert.Equal(image.Reference, $"{labels["title"]}:{labels["version"]}");
        Assert.Equal($"consent/{name}", labels["title"]);
        Assert.Equal("Apache-2.0", labels["licenses"]);
        Assert.Matches("^[0-9a-f]{40}$", labels["revision"]);
        Assert.Matches("^sha256:[0-9a-f]{64}$", labels["base.digest"]);
        foreach (var key in (string[])["description", "vendor", "documentation", "base.name"]) Assert.NotEmpty(labels[key]);
        Assert.DoesNotContain("created", labels.Keys);
    }

    /// <summary>Nothing in it tells when, where or in which order it was made.</summary>
    [Theory]
    [MemberData(nameof(Images))]
    public void It_bears_one_time_and_no_path_of_the_machine_that_made_it(string name)
    {
        var image = ImageArchive.Of(name);

        var created = image.Whole.GetProperty("created").GetDateTimeOffset();
        DateTimeOffset[] told = [.. new[] { DateTimeOffset.UnixEpoch, created }.Distinct()];
        Assert.Equal(told, image.Files.Values.Select(f => f.At).Distinct().Order());
        Assert.All(image.Whole.GetProperty("history").EnumerateArray(), h => Assert.Contains(h.GetProperty("created").GetDateTimeOffset(), told));
        var here = Encoding.UTF8.GetBytes($"{Repository.Root}/services");
        Assert.DoesNotContain(image.Files.Values, f => f.Content.AsSpan().IndexOf(here) >= 0);
    }

    private static IEnumerable<string> Programs(string name) =>
        from file in ImageArchive.Of(name).Files.Values
        where file.Type is TarEntryType.RegularFile && file.Content.AsSpan().StartsWith("\u007fELF"u8)
        where file.Mode.HasFlag(UnixFileMode.UserExecute) && !file.Path.EndsWith(".so", StringComparison.Ordinal)
        select file.Path;
}
