namespace Consent.Cli.Scan;

/// <summary>The site was not scanned: no browser, no site, no banner. The message says what to do.</summary>
internal sealed class CouldNotScanException(string message, Exception? inner = null) : Exception(message, inner);
