namespace Consent.Cli;

/// <summary>How a command ended, for scripts.</summary>
public static class ExitCode
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;
}
