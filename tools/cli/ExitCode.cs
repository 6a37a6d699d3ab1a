namespace Consent.Cli;

/// <summary>How a command ended, for scripts.</summary>
public static class ExitCode
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;

    /// <summary>A scan found something that departs from the declaration.</summary>
    public const int Findings = 4;

    /// <summary>An evidence package is consistent, by the keys that lie in it alone: whoever made it could have made these too.</summary>
    public const int ByItsOwnKeys = 4;

    /// <summary>A scan did not take place: no browser, no site, no banner.</summary>
    public const int CouldNotScan = 5;
}
