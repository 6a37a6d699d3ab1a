using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Consent.ServiceDefaults;

/// <summary>A length of time that an operator sets, within bounds. A bare number would be days, and is refused by them.</summary>
public static class TimeSetting
{
    /// <summary>Null where it is not set.</summary>
    /// <param name="setting">Its name, such as <c>Shutdown:DrainFor</c>.</param>
    /// <exception cref="InvalidOperationException">What is set is no such time.</exception>
    public static TimeSpan? Of(IConfiguration configuration, string setting, TimeSpan least, TimeSpan most)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var text = configuration[setting];
        if (string.IsNullOrWhiteSpace(text)) return null;
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time >= least && time <= most
            ? time
            : throw new InvalidOperationException($"Set {setting} to a time from {least:c} to {most:c}, written as hours, minutes and seconds, such as 00:00:05; '{text}' is none.");
    }
}
