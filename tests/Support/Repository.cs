namespace Consent.Tests.Support;

/// <summary>The working copy that the tests were built from, and the programs built with them.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The built program of a project folder, such as <c>services/consent</c>, in the configuration that the tests were built in.</summary>
    public static string Program(string folder)
    {
        var project = Directory.GetFiles(Path.Combine(Root, folder), "*.csproj").Single();
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var dll = Path.Combine(Root, folder, "bin", configuration, "net10.0", Path.GetFileNameWithoutExtension(project) + ".dll");
        return File.Exists(dll) ? dll : throw new FileNotFoundException($"Build {folder} ({configuration}) first.", dll);
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Consent.sln"))) return folder.FullName;
        }
        throw new DirectoryNotFoundException($"No Consent.sln above {AppContext.BaseDirectory}.");
    }
}
