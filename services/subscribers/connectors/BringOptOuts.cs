using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.EntityFrameworkCore;

namespace Consent.Connectors;

/// <summary>
/// Opt-outs that a webhook told: kept on disk before the mailing system is answered, sealed, because they name addresses, and told to marketing as soon as
/// it takes them. None is given up, and a connector that is paused brings them too.
/// </summary>
internal sealed class BringOptOuts(
    ConnectorStore store, [FromKeyedServices(ConnectorsSetup.Service)] SealedText seals, ContactBook contacts, MailingSystems systems, AskMarketing marketing,
    ConnectorMetrics metrics, TimeProvider time, ILogger<BringOptOuts> log)
{
    private const int InOneTurn = 20;
    private static readonly TimeSpan Later = TimeSpan.FromHours(1);

    /// <summary>So far from the moment at which this service wrote there, by two clocks, the system's word of it is taken for the echo that it is.</summary>
    private static readonly TimeSpan Echoes = TimeSpan.FromMinutes(10);

    /// <param name="Contact">As in <see cref="OptOutThere"/>.</param>
    private sealed record Item(string Address, string? Topic, string? Cause, DateTimeOffset? At, string? Contact = null);

    /// <summary>What is about a list that no topic of the connector has is not kept.</summary>
    /// <returns>False when there is no such connector any more, and nothing was kept.</returns>
    public async Task<bool> KeepAsync(Connector connector, IReadOnlyList<OptOutThere> told, CancellationToken cancel)
    {
        var now = time.Now();
        List<Item> items =
        [
            .. told.Where(o => o.Address.Length > 0 && (o.List is null || connector.Account!.TopicOf(o.List) is not null))
                .Select(o => new Item(o.Address, o.List is null ? null : connector.Account!.TopicOf(o.List), o.Cause, o.At, o.Contact))
                .Where(i => !IsEcho(connector, i, now)),
        ];
        if (items.Count == 0) return true;
        var (body, at) = (seals.Seal(connector.Id, JsonSerializer.Serialize(items, ContractJson.Options)), now.ToUnixTimeMilliseconds());
        return await store.WriteAsync(
            db => db.Database.ExecuteSql(
                $"INSERT INTO inbox (connector, body, queued_at, next_at) SELECT id, {body}, {at}, {at} FROM connectors WHERE id = {connector.Id} AND status <> {Connector.Deleting}"),
            cancel) > 0;
    }

    /// <summary>Whether there is something to bring now.</summary>
    public bool IsDue(Connector connector)
    {
        var at = time.Now().ToUnixTimeMilliseconds();
        using var db = store.Open();
        return db.Inbox.Any(i => i.Connector == connector.Id && i.NextAt <= at);
    }

    /// <returns>Whether something was brought.</returns>
    public async Task<bool> BringAsync(Connector connector, CancellationToken cancel)
    {
        var at = time.Now().ToUnixTimeMilliseconds();
        List<InboxRow> due;
        using (var db = store.Open()) due = [.. db.Inbox.Where(i => i.Connector == connector.Id && i.NextAt <= at).OrderBy(i => i.Seq).Take(InOneTurn)];
        var isBrought = false;
        foreach (var row in due) isBrought |= await BringAsync(connector, row, cancel);
        return isBrought;
    }

    private async Task<bool> BringAsync(Connector connector, InboxRow row, CancellationToken cancel)
    {
        if (seals.TryOpen(connector.Id, row.Body) is not { } body)
        {
            log.LogWarning("Opt-outs from the connector {Connector} do not open with the keys that are here; they are kept until the key is back.", connector.Id);
            await PutOffAsync(row, time.Now() + Later, cancel);
            return false;
        }

        try
        {
            // Once more: it may have come before this service had noted that it wrote.
            var arrived = DateTimeOffset.FromUnixTimeMilliseconds(row.QueuedAt);
            var told = JsonSerializer.Deserialize<List<Item>>(body, ContractJson.Options)!.Where(i => !IsEcho(connector, i, arrived));
            foreach (var same in told.GroupBy(i => (i.Topic, i.Cause)))
            {
                var items = same.ToList();
                await marketing.OptOutAsync(
                    connector.Site, same.Key.Topic, same.Key.Cause, connector.Source, [.. items.Select(i => new OptOutHere(i.Address, SaidAt(connector, i, arrived)))], cancel);
                metrics.Brought(connector.Id, items.Count);
            }
        }
        catch (CallFailedException failed)
        {
            var now = time.Now();
            await PutOffAsync(row, RetrySchedule.Next(row.Attempts + 1, now, now, failed.RetryAfter, Random.Shared.NextDouble()) ?? now + Later, cancel);
            return false;
        }

        await store.WriteAsync(db => db.Database.ExecuteSql($"DELETE FROM inbox WHERE seq = {row.Seq}"), cancel);
        return true;
    }

    /// <summary>
    /// The moment that marketing is to compare with what was confirmed here: by the clock of an installation of somebody's own as late as that may be wrong,
    /// and no later than it was heard.
    /// </summary>
    private DateTimeOffset? SaidAt(Connector connector, Item told, DateTimeOffset arrived)
    {
        if (told.At is not { } at || systems.Of(connector).IsHosted) return told.At;
        return at + WeighContacts.ClocksApart < arrived ? at + WeighContacts.ClocksApart : arrived;
    }

    /// <summary>By when it happened, since some tell of it much later; only of the contact as a whole systems tell what this service wrote itself.</summary>
    private bool IsEcho(Connector connector, Item told, DateTimeOffset arrived) =>
        told is { Contact: { } contact, Topic: null, Cause: null } && contacts.StoppedAt(connector.Id, contact) is { } stopped
        && ((told.At ?? arrived) - stopped).Duration() < Echoes;

    private Task PutOffAsync(InboxRow row, DateTimeOffset until, CancellationToken cancel) => store.WriteAsync(
        db => db.Database.ExecuteSql($"UPDATE inbox SET attempts = attempts + 1, next_at = {until.ToUnixTimeMilliseconds()} WHERE seq = {row.Seq}"), cancel);
}
