using System.Text.Json;

namespace Consent.Cli;

/// <summary>How far an import came, kept beside its file: whereto, and with which rows, so that no other import takes it for its own.</summary>
/// <param name="To">Address of the import: gateway, site and system.</param>
/// <param name="Length">Of the file, in bytes.</param>
/// <param name="Line">The last that went in.</param>
/// <param name="Hash">Of everything up to that line.</param>
internal sealed record ImportProgress(string To, long Length, long Line, string Hash)
{
    /// <summary>Null when there is none, and when it cannot be read.</summary>
    public static ImportProgress? Read(string file)
    {
        try
        {
            if (!File.Exists(file)) return null;
            var held = JsonSerializer.Deserialize<ImportProgress>(File.ReadAllBytes(file), GatewayClient.Json);
            return held is { To: not null, Hash: not null, Line: > 0 } ? held : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>On disk first, then under its name: whatever stops it, a whole one stands there.</summary>
    public void Keep(string file)
    {
        var beside = $"{file}.part";
        using (var part = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(part, this, GatewayClient.Json);
            part.Flush(flushToDisk: true);
        }
        File.Move(beside, file, overwrite: true);
    }
}
