using System.Globalization;
using Consent.ServiceDefaults;

namespace Consent.Audit.Logs;

/// <summary>Section <c>Audit</c> of the configuration, as far as it is about the logs; read at start. What each means: README.md.</summary>
/// <param name="Every">Between two checkpoints of a log that grows.</param>
/// <param name="Host">What the logs' names begin with.</param>
/// <param name="Suffix">Behind each controller's id in the name of its log; empty unless new logs had to be begun.</param>
/// <param name="Folder">Of tiles and index, all derived.</param>
/// <param name="Checkpoints">Where the newest checkpoint signed is kept, which no restore of the data reaches.</param>
/// <param name="Accepted">Checkpoints in the data that an operator takes for the newest although none is kept: <c>{log}@{size}</c>.</param>
internal sealed record LogSettings(TimeSpan Every, string Host, string Suffix, string Folder, string Keys, string Checkpoints, IReadOnlyList<string> Public, IReadOnlyList<string> Accepted)
{
    public static LogSettings Of(IConfiguration configuration)
    {
        var every = configuration.GetValue("Audit:CheckpointEvery", TimeSpan.FromMilliseconds(500));
        if (every <= TimeSpan.Zero) throw new InvalidOperationException("Audit:CheckpointEvery must be more than zero, such as 00:00:00.500.");
        var host = configuration["Audit:LogName"] ?? (Uri.TryCreate(configuration["PublicUrl"], UriKind.Absolute, out var url) ? url.Authority : "localhost");
        if (host.Length == 0 || host.Any(c => !char.IsAsciiLetterOrDigit(c) && !".-:[]/".Contains(c, StringComparison.Ordinal)) || host.EndsWith('/'))
            throw new InvalidOperationException("Set Audit:LogName to a host, such as consent.example.org, and a path without a slash at its end where there is one.");
        var suffix = configuration["Audit:LogSuffix"] ?? "";
        if (suffix.Length > 0 && (suffix[0] != '.' || !LogBatch.IsName(suffix[1..])))
            throw new InvalidOperationException("Audit:LogSuffix is a dot, which no controller's id has, and then lower-case letters and digits, such as .2");
        var section = configuration.GetSection("Audit:PublicLogs");
        string[] listed = [.. section.GetChildren().Select(c => c.Value).OfType<string>(), .. InOneLine(section.Value)];
        var data = Path.TrimEndingDirectorySeparator(Path.GetFullPath(configuration["Data"] ?? "data"));
        return new LogSettings(
            every, host, suffix, ServiceData.FileOf(configuration, AuditSetup.Service, "logs"),
            Path.GetDirectoryName(ServiceData.KeyFileOf(configuration, AuditSetup.Service, "log.key"))!, configuration["Audit:Checkpoints"] ?? $"{data}.checkpoints", listed,
            InOneLine(configuration["Audit:AcceptCheckpoint"]));
    }

    public bool IsPublic(string controller) => Public.Contains("*", StringComparer.Ordinal) || Public.Contains(controller, StringComparer.Ordinal);

    /// <summary>It fits once: at the next checkpoint the log has another size.</summary>
    public bool Accepts(string log, long size) => Accepted.Contains(string.Create(CultureInfo.InvariantCulture, $"{log}@{size}"), StringComparer.Ordinal);

    public string LogOf(string controller) => controller + Suffix;

    /// <summary>Of a log that begins; one that began under another name keeps it (<see cref="DerivedLog.Origin"/>).</summary>
    public string OriginOf(string log) => $"{Host}/log/{log}";

    private static string[] InOneLine(string? value) => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
