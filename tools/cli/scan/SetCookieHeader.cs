using System.Globalization;

namespace Consent.Cli.Scan;

/// <summary>What a <c>Set-Cookie</c> line asks for, as RFC 6265 section 5.2 reads it; the value is passed over.</summary>
/// <param name="Domain">Without a leading dot; null for the host that sent it.</param>
/// <param name="LifetimeDays">Null for the browser session; zero or less deletes the cookie.</param>
internal sealed record SetCookieHeader(string Name, string? Domain, double? LifetimeDays)
{
    /// <returns>Null for a line without a name.</returns>
    public static SetCookieHeader? Read(string line, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(line);
        var parts = line.Split(';');
        var name = parts[0].Split('=', 2) is [var before, _] ? before.Trim() : "";
        if (name.Length == 0) return null;
        string? domain = null;
        double? maxAge = null, expires = null;
        foreach (var attribute in parts.Skip(1))
        {
            var (key, value) = attribute.Split('=', 2) is [var k, var v] ? (k.Trim().ToLowerInvariant(), v.Trim()) : (attribute.Trim().ToLowerInvariant(), "");
            if (key == "domain" && value.TrimStart('.').Length > 0) domain = value.TrimStart('.').ToLowerInvariant();
            else if (key == "max-age" && double.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)) maxAge = seconds / 86_400;
            else if (key == "expires" && DateTimeOffset.TryParse(value.Replace('-', ' '), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
                expires = (at - now).TotalDays;
        }

        return new SetCookieHeader(name, domain, maxAge ?? expires);
    }
}
