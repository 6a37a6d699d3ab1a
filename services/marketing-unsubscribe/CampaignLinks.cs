using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Keeps how many links of a campaign were made, here or by a mailer that tells it, one record for each call and for nobody by name; audit hears of it, and
/// counts. No mail goes without its link for the sake of a count: where the log cannot commit, a call that makes links is answered all the same, and is not counted.
/// </summary>
public sealed class CampaignLinks([FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log, TimeProvider time, ILogger<CampaignLinks> logger)
{
    /// <summary>Of its records.</summary>
    public const string Kind = "marketing-links-made";
    private const string Prefix = "links/";

    /// <summary>Each record has a stream of its own, so that calls do not wait for each other; those that may be repeated share one per campaign.</summary>
    public static bool IsStream(string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.StartsWith(Prefix, StringComparison.Ordinal);
    }

    /// <summary>Durable on return, where it was counted.</summary>
    /// <param name="request">See <see cref="AddAsync"/>.</param>
    /// <returns>False when the key was used for another request.</returns>
    public async Task<bool> CountAsync(string site, string topic, string campaign, int links, (string Key, string Hash)? request = null)
    {
        try
        {
            return links == 0 || await AddAsync(site, topic, campaign, links, request);
        }
        catch (LogUnavailableException)
        {
            logger.LogWarning("{Links} links of a campaign of site {Site} were made and could not be counted.", links, site);
            return true;
        }
    }

    /// <summary>Durable on return; throws <see cref="LogUnavailableException"/>.</summary>
    /// <param name="request">The caller's key of the request, by which a repeat is known and not counted again, with the hash of its body; null where he sent none.</param>
    /// <returns>False when the key was used for another request.</returns>
    public async Task<bool> AddAsync(string site, string topic, string campaign, int links, (string Key, string Hash)? request)
    {
        while (true)
        {
            var stream = $"{Prefix}{site}/{(request is null ? RandomId.New() : campaign)}";
            var newest = request is null ? null : await log.LatestAsync(stream);
            // Looked up after the newest: a repeat that came between is found here, or makes the append conflict.
            if (newest is not null && request is var (key, hash) && await log.FindByKeyAsync(stream, key, hash) is { } before) return before.SameRequest;
            var outcome = await log.AppendAsync(new NewRecord
            {
                Stream = stream,
                Version = (newest?.Version ?? 0) + 1,
                Kind = Kind,
                RecordedAt = time.Now(),
                Payload = ContractJson.Write(new Made(site, topic, campaign, links)),
                IdempotencyKey = request?.Key,
                RequestHash = request?.Hash,
            });
            if (outcome is AppendOutcome.Appended) return true;
        }
    }

    internal static MarketingLinksMade EventOf(LogRecord record, DateTimeOffset publishedAt)
    {
        var made = record.Read<Made>();
        return new MarketingLinksMade(record.Id, publishedAt, made.Site, made.Topic, made.Campaign, made.Links, record.RecordedAt);
    }

    private sealed record Made(string Site, string Topic, string Campaign, int Links);
}

/// <summary>Gives the event a queue where audit is not deployed: what reaches no queue counts as unpublished, and would hold up the opt-outs behind it.</summary>
internal sealed class HearLinksMade : IEventHandler<MarketingLinksMade>
{
    public Task HandleAsync(MarketingLinksMade e, CancellationToken cancel) => Task.CompletedTask;
}
