using Microsoft.Extensions.Configuration;

namespace Consent.Storage;

/// <summary>Section <c>Relay</c> of the configuration; read at start.</summary>
public sealed record RelayOptions
{
    /// <summary>False holds all publication, redelivery included; appends, reads and acknowledgements go on.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long a delivery may stay open before it is sent again, to that subscriber alone. More than zero.</summary>
    public TimeSpan RedeliverAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A subscriber not heard of for longer is away, and is sent nothing again until it announces itself. More than zero.</summary>
    public TimeSpan AliveFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two looks into the ledger for what is due. More than zero.</summary>
    public TimeSpan RedeliveryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the relay waits for more once it was woken, so that what comes close together shares its fsyncs and confirms: so
    /// much later the others hear of it. Zero or more.
    /// </summary>
    public TimeSpan GatherFor { get; init; } = TimeSpan.FromMilliseconds(20);

    internal static RelayOptions Of(IConfiguration configuration)
    {
        var options = configuration.GetSection("Relay").Get<RelayOptions>() ?? new RelayOptions();
        if (options.GatherFor < TimeSpan.Zero || options.RedeliverAfter <= TimeSpan.Zero || options.AliveFor <= TimeSpan.Zero || options.RedeliveryInterval <= TimeSpan.Zero)
            throw new InvalidOperationException("Relay:RedeliverAfter, Relay:AliveFor and Relay:RedeliveryInterval must be more than zero, such as 00:00:30, and Relay:GatherFor not less.");
        return options;
    }
}
