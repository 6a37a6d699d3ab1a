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

    /// <summary>A subscriber that has not applied what was recorded longer ago raises an alarm, and a relay that has not published it. More than zero.</summary>
    public TimeSpan AlarmAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Subscribers that are owed what is published before they were ever seen: <c>Relay:Declared:0:Name</c>, <c>…:Kinds:0</c>, <c>…:Purposes:0</c>
    /// and so on. Others announce themselves.
    /// </summary>
    public IReadOnlyList<DeclaredSubscriber> Declared { get; init; } = [];

    /// <summary>
    /// How long the relay waits for more it has much to do, so that what comes close together shares its fsyncs and confirms: so much
    /// later the others hear of it. With little to do it does not wait. Zero or more.
    /// </summary>
    public TimeSpan GatherFor { get; init; } = TimeSpan.FromMilliseconds(20);

    internal static RelayOptions Of(IConfiguration configuration)
    {
        var options = configuration.GetSection("Relay").Get<RelayOptions>() ?? new RelayOptions();
        if (options.GatherFor < TimeSpan.Zero || options.RedeliverAfter <= TimeSpan.Zero || options.AliveFor <= TimeSpan.Zero || options.RedeliveryInterval <= TimeSpan.Zero || options.AlarmAfter <= TimeSpan.Zero)
            throw new InvalidOperationException("Relay:RedeliverAfter, Relay:AliveFor, Relay:RedeliveryInterval and Relay:AlarmAfter must be more than zero, such as 00:00:30, and Relay:GatherFor not less.");
        return options;
    }
}

/// <summary>A subscriber that is owed deliveries by configuration.</summary>
public sealed record DeclaredSubscriber
{
    public required string Name { get; init; }

    /// <summary>Kinds of events, such as <c>consent-changed</c>. At least one.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>Null for every site.</summary>
    public IReadOnlyList<string>? Purposes { get; init; }
}
