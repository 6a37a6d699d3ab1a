namespace Consent.Storage;

/// <summary>Section <c>Relay</c> of the configuration; read at start.</summary>
public sealed record RelayOptions
{
    /// <summary>False holds all publication, redelivery included; appends, reads and acknowledgements go on.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long a delivery may stay open before it is sent again, to that subscriber alone.</summary>
    public TimeSpan RedeliverAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A subscriber not heard of for longer is away, and is sent nothing again until it announces itself.</summary>
    public TimeSpan AliveFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two looks into the ledger for what is due.</summary>
    public TimeSpan RedeliveryInterval { get; init; } = TimeSpan.FromSeconds(1);
}
