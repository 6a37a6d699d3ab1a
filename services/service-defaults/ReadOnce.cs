namespace Consent.ServiceDefaults;

/// <summary>
/// Settings are read when a process starts. Left to itself the framework watches the whole folder that the process was started in,
/// the data beneath it too, and wakes up at every write of the database: a tenth of the time of a decision.
/// </summary>
public static class ReadOnce
{
    /// <summary>The arguments, with the one that lets no file be watched.</summary>
    public static string[] Settings(params string[] args) => [.. args, "--hostBuilder:reloadConfigOnChange=false"];
}
