namespace Consent.Demo;

/// <param name="Gateway">Origin of the gateway, as browsers reach it, without a slash at the end.</param>
/// <param name="Sites">Ids of the sites that get a page.</param>
public sealed record DemoSettings(string Gateway, IReadOnlyList<string> Sites)
{
    public static IReadOnlyList<string> Samples { get; } = ["slotmaker", "raadhuis", "weefgoed", "koppelhuis", "kabelaar"];

    /// <summary>From <c>--gateway</c> and <c>--sites a,b</c>, or <c>Demo:Gateway</c> and the list <c>Demo:Sites</c>; else the five samples.</summary>
    public static DemoSettings From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var gateway = configuration["gateway"] ?? configuration["Demo:Gateway"] ?? "http://localhost:8080";
        var listed = configuration["sites"]?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            ?? configuration.GetSection("Demo:Sites").Get<string[]>();
        return new DemoSettings(gateway.TrimEnd('/'), listed is { Length: > 0 } ? listed : Samples);
    }
}
