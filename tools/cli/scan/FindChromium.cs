namespace Consent.Cli.Scan;

/// <summary>Where a browser that speaks the DevTools protocol lies on this machine; nothing is ever downloaded.</summary>
internal static class FindChromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome.exe", "msedge.exe"];

    private static readonly string[] Elsewhere =
    [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "Google", "Chrome", "Application", "chrome.exe"),
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFilesX86), "Microsoft", "Edge", "Application", "msedge.exe"),
    ];

    /// <exception cref="CouldNotScanException">There is none; the message says how to install one.</exception>
    public static string At(string? given)
    {
        if (given is not null)
        {
            return File.Exists(given) ? Path.GetFullPath(given)
                : throw new CouldNotScanException($"There is no browser at {given}. Name with --chromium the program file of Chromium, Chrome or Edge.");
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).Concat(Elsewhere).FirstOrDefault(File.Exists)
            ?? throw new CouldNotScanException(
                "No Chromium was found. Install one (Debian and Ubuntu: apt install chromium; Fedora: dnf install chromium; macOS: brew install "
                + "--cask chromium; Windows: Chrome or Edge will do), or name one with --chromium PATH.");
    }
}
