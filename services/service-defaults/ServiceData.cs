using Microsoft.Extensions.Configuration;

namespace Consent.ServiceDefaults;

/// <summary>Where a service keeps its own files: <c>{Data}/{service}/</c>. Keys lie apart, in <c>{Data}/keys/{service}/</c>.</summary>
public static class ServiceData
{
    public static string FileOf(IConfiguration configuration, string service, string file) => In(configuration, service, file);

    public static string KeyFileOf(IConfiguration configuration, string service, string file) =>
        In(configuration, Path.Combine("keys", service), file);

    private static string In(IConfiguration configuration, string folder, string file)
    {
        var root = configuration["Data"] ?? "data";
        var directory = Directory.CreateDirectory(Path.Combine(root, folder));
        return Path.Combine(directory.FullName, file);
    }
}
