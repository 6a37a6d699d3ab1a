using System.CommandLine;
using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>The log that a command is about, in a folder or behind an address, and how to ask the gateway about it.</summary>
internal sealed class LogSource : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private LogSource(ILogReader reader, Uri? address, PatientClient http) => (Reader, Address, Http) = (reader, address, http);

    public ILogReader Reader { get; }

    /// <summary>With a slash at its end; null for a folder.</summary>
    public Uri? Address { get; }

    public PatientClient Http { get; }

    public static (Argument<string> Log, Option<string[]> Key, Option<string> Token, Option<string> Data, Option<bool> Json) Options() => (
        new("log") { Description = "Address of the log, such as https://consent.example.org/log/bakkers, or a folder with a copy of it." },
        TrustedKeys.Option(),
        new("--token") { Description = "An auditor's token, for a log that is not public." },
        new("--data") { Description = "A data folder, whose development issuer makes such a token." },
        new("--json") { Description = "Answer in JSON, for programs." });

    /// <summary>Throws <see cref="InvalidDataException"/> with a sentence when there is no such folder.</summary>
    public static LogSource Open(string log, string? token, string? data)
    {
        var isAddress = Uri.TryCreate(log, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
        if (!isAddress)
        {
            if (!Directory.Exists(log)) throw new InvalidDataException(
                $"There is no folder {log}. A log is named by its folder, or by an address that begins with http:// or https://.");
            return new LogSource(new FolderReader(log), null, new PatientClient(() => null));
        }

        var root = new Uri($"{uri!.GetLeftPart(UriPartial.Path).TrimEnd('/')}/");
        var http = new PatientClient(Token(token, data, ControllerOf(root)));
        return new LogSource(new HttpLog(root, http), root, http);
    }

    public void Dispose() => Http.Dispose();

    /// <summary>A log is named by its controller's id, which has no dot, and perhaps a suffix that begins with one.</summary>
    private static string ControllerOf(Uri root) => root.AbsolutePath.TrimEnd('/').Split('/')[^1].Split('.')[0];

    private static Func<string?> Token(string? given, string? data, string controller)
    {
        if (given is not null || data is null) return () => given;
        var (made, at) = ("", 0L);
        return () =>
        {
            if (made.Length > 0 && TimeProvider.System.GetElapsedTime(at) < Lifetime / 2) return made;
            (made, at) = (MakeToken.Mint(data, ["audit"], [controller], [], Lifetime, TimeProvider.System), TimeProvider.System.GetTimestamp());
            return made;
        };
    }
}
