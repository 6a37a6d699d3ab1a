using System.Security.Cryptography;
using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.EntityFrameworkCore;

namespace Consent.Webhooks;

/// <param name="Url">Null when it is unreadable.</param>
/// <param name="Mode"><c>structured</c> or <c>binary</c>, as CloudEvents calls them.</param>
/// <param name="Status">
/// <c>enabled</c>; <c>gone</c> after the receiver answered 410: then everything is held until it is enabled; or <c>unreadable</c> when its
/// address does not open with the keys that are here: then everything is held until the address is set anew, or the key is back.
/// </param>
/// <param name="SealedUrl">The address as it lies in the file; another after each change, even to the same.</param>
internal sealed record WebhookEndpoint(
    string Id, string Site, Uri? Url, string Mode, string? Description, string Status, DateTimeOffset CreatedAt, DateTimeOffset? GoneAt,
    DateTimeOffset? NotBefore, byte[] SealedUrl)
{
    public const string Enabled = "enabled";
    public const string Gone = "gone";

    /// <summary>Never in the file: it is found at each look.</summary>
    public const string Unreadable = "unreadable";
}

/// <summary>The endpoints and their secrets.</summary>
internal sealed class EndpointBook(WebhookStore store, SealedText seals, TimeProvider time)
{
    /// <summary>How long a secret that was rotated out still signs.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    public const int MostPerSite = 20;
    private const int MostSecrets = 5;

    /// <summary>A new endpoint with its secret, which is told this once; null when the site has <see cref="MostPerSite"/> already.</summary>
    public async Task<(WebhookEndpoint Endpoint, string Secret)?> CreateAsync(string site, Uri url, string mode, string? description, CancellationToken cancel)
    {
        var (id, secret) = (RandomId.New(), SignMessage.NewSecret());
        var endpoint = new WebhookEndpoint(id, site, url, mode, description, WebhookEndpoint.Enabled, time.Now(), null, null, seals.Seal(id, url.AbsoluteUri));
        var sealedSecret = seals.Seal(id, secret);
        var created = await store.WriteAsync(
            db =>
            {
                if (db.Endpoints.Count(e => e.Site == site) >= MostPerSite) return false;
                db.Database.ExecuteSql(
                    $"""
                    INSERT INTO endpoints (id, site, url, mode, description, status, created_at)
                    VALUES ({id}, {site}, {endpoint.SealedUrl}, {mode}, {description}, {endpoint.Status}, {endpoint.CreatedAt.ToUnixTimeMilliseconds()})
                    """);
                db.Database.ExecuteSql($"INSERT INTO secrets (endpoint, number, sealed) VALUES ({id}, 1, {sealedSecret})");
                return true;
            },
            cancel);
        return created ? (endpoint, secret) : null;
    }

    public WebhookEndpoint? Find(string id)
    {
        using var db = store.Open();
        return db.Endpoints.FirstOrDefault(e => e.Id == id) is { } row ? Of(row) : null;
    }

    public IReadOnlyList<WebhookEndpoint> All()
    {
        using var db = store.Open();
        return [.. db.Endpoints.OrderBy(e => e.CreatedAt).AsEnumerable().Select(Of)];
    }

    /// <summary>Whether the site had an endpoint at that moment.</summary>
    public bool AnyOf(string site, DateTimeOffset moment)
    {
        var at = moment.ToUnixTimeMilliseconds();
        using var db = store.Open();
        return db.Endpoints.Any(e => e.Site == site && e.CreatedAt <= at);
    }

    public Task UpdateAsync(string id, Uri url, string mode, string? description, CancellationToken cancel)
    {
        var address = seals.Seal(id, url.AbsoluteUri);
        return store.WriteAsync(
            db => db.Database.ExecuteSql($"UPDATE endpoints SET url = {address}, mode = {mode}, description = {description}, not_before = NULL WHERE id = {id}"),
            cancel);
    }

    /// <summary>With its secrets and everything that was to be sent to it.</summary>
    public Task DeleteAsync(string id, CancellationToken cancel) => store.WriteAsync(
        db =>
        {
            db.Database.ExecuteSql($"DELETE FROM deliveries WHERE endpoint = {id}");
            db.Database.ExecuteSql($"DELETE FROM secrets WHERE endpoint = {id}");
            return db.Database.ExecuteSql($"DELETE FROM endpoints WHERE id = {id}");
        },
        cancel);

    /// <summary>A new secret beside the one before, which signs for <see cref="Overlap"/> more; null when five are valid already.</summary>
    public async Task<(string Secret, DateTimeOffset PreviousValidUntil)?> RotateAsync(string id, CancellationToken cancel)
    {
        var now = time.Now();
        var (secret, at, until) = (SignMessage.NewSecret(), now.ToUnixTimeMilliseconds(), now + Overlap);
        var sealedSecret = seals.Seal(id, secret);
        var rotated = await store.WriteAsync(
            db =>
            {
                db.Database.ExecuteSql($"DELETE FROM secrets WHERE endpoint = {id} AND valid_until <= {at}");
                if (db.Secrets.Count(s => s.Endpoint == id) >= MostSecrets) return false;
                db.Database.ExecuteSql($"UPDATE secrets SET valid_until = {until.ToUnixTimeMilliseconds()} WHERE endpoint = {id} AND valid_until IS NULL");
                return db.Database.ExecuteSql(
                    $"INSERT INTO secrets (endpoint, number, sealed) SELECT {id}, max(number) + 1, {sealedSecret} FROM secrets WHERE endpoint = {id} HAVING max(number) > 0") > 0;
            },
            cancel);
        return rotated ? (secret, until) : null;
    }

    /// <summary>The secrets that sign at this moment, newest first; none for an endpoint that was deleted.</summary>
    /// <exception cref="CryptographicException">There are some, and none of them opens.</exception>
    public IReadOnlyList<string> SecretsOf(string id, DateTimeOffset now)
    {
        using var db = store.Open();
        var at = now.ToUnixTimeMilliseconds();
        List<byte[]> held = [.. db.Secrets.Where(s => s.Endpoint == id && (s.ValidUntil == null || s.ValidUntil > at)).OrderByDescending(s => s.Number).Select(s => s.Sealed)];
        // One that was rotated out must not spoil the one that took its place because its key was lost.
        List<string> opened = [.. held.Select(s => seals.TryOpen(id, s)).OfType<string>()];
        return opened.Count > 0 || held.Count == 0
            ? opened
            : throw new CryptographicException("No secret of the endpoint opens. Put the keys back from their own backup, or rotate the secret.");
    }

    private WebhookEndpoint Of(EndpointRow row)
    {
        var url = seals.TryOpen(row.Id, row.Url);
        return new(
            row.Id, row.Site, url is null ? null : new Uri(url), row.Mode, row.Description, url is null ? WebhookEndpoint.Unreadable : row.Status,
            At(row.CreatedAt)!.Value, At(row.GoneAt), At(row.NotBefore), row.Url);
    }

    private static DateTimeOffset? At(long? milliseconds) => milliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
