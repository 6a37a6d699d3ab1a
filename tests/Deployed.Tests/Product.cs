using System.Net.Http.Headers;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Tests.Support;

/// <summary>
/// A product that runs somewhere, known by the address of its gateway (<c>CONSENT_GATEWAY</c>) and by the folder with the key of its development
/// issuer (<c>CONSENT_DATA</c>, where <c>keys/development-issuer/signing-key.pem</c> lies), with which tokens are made.
/// </summary>
public sealed class Product : IDisposable
{
    private readonly List<HttpClient> _clients = [];
    private readonly DevelopmentIssuer _issuer = DevelopmentIssuer.Open(Told("CONSENT_DATA"));

    /// <summary>Where the sample declarations lie, beside the program.</summary>
    public static string Declarations { get; } = Path.Combine(AppContext.BaseDirectory, "declarations");

    public static IReadOnlyList<string> Sites { get; } =
        [.. Directory.GetFiles(Declarations, "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    public Uri Gateway { get; } = new(Told("CONSENT_GATEWAY"), UriKind.Absolute);

    public Secrets Secrets { get; } = new();

    /// <summary>Good for every controller.</summary>
    public string Token(string scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        return Secrets.Keep(_issuer.Issue(scopes.Split(' '), ["*"], [], TimeProvider.System.Now(), TimeSpan.FromHours(1)));
    }

    public HttpClient Client(Uri address, string? token)
    {
        var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _clients.Add(client);
        return client;
    }

    public void Dispose() => _clients.ForEach(c => c.Dispose());

    private static string Told(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : throw new InvalidOperationException($"Set {variable}: these tests start no product.");
}
