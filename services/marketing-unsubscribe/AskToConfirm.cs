using Consent.Contracts;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The first step of an opt-in from a page, where mail can be sent: its owner is asked by mail, and the attempt is recorded; it subscribes nobody.
/// The mail server has the mail before the caller has an answer, so that nothing promised is lost and no address is kept; when it takes none, nothing
/// is promised. An address that has confirmed the topic is sent nothing, nor one that was sent a mail a moment ago: who asks sees no difference,
/// because the same is done for each, up to the mail itself.
/// </summary>
public sealed class AskToConfirm(
    AddressStreams addresses, MarketingLog log, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent, ConfirmationTokens tokens,
    MailPace pace, PublicUrl publicUrl, TimeProvider time, IMailer? mailer = null)
{
    /// <summary>Whether mail can be sent.</summary>
    public bool IsOn => mailer is not null;

    /// <summary>Throws <see cref="MailUnavailableException"/> when nothing was promised, and nothing stored.</summary>
    public async Task RecordAsync(PublishedDeclaration inForce, Topic topic, string address, OptInProof proof, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(proof);
        if (mailer is null) throw new InvalidOperationException("No mail server is set.");
        var (declaration, now) = (inForce.Declaration, time.Now());
        var (controller, site) = (declaration.Controller.Id, declaration.Site);
        var ring = addresses.RingOf(controller);
        var streams = await addresses.FindAsync(ring, site, address, cancel);

        var text = new ConfirmationMail(declaration, topic, proof.Language);
        var hash = text.Hash;
        var token = tokens.Seal(new Confirmation(controller, site, topic.Id, address, proof.Language, proof.Source, now, hash));
        using var mail = text.To(address, $"{publicUrl.Value.GetLeftPart(UriPartial.Authority)}/c/{token}", mailer.From, now);
        var taken = IsConfirmed(inForce, streams, topic.Id, now) ? null : pace.TryTake(ring.AddressId(address), now);
        try
        {
            await (taken is null ? mailer.RehearseAsync() : mailer.SendAsync(mail));
        }
        catch (MailUnavailableException e) when (taken is not null)
        {
            pace.GiveBack(taken, e.MayBeOut);
            throw;
        }

        var asked = proof with { RequestedAt = now, MailHash = taken is null ? null : hash };
        var subject = AddressStream.Home(streams).SubjectId;
        // The mail is out, whether or not the caller still listens.
        await log.AppendAsync(site, subject, (newest, id) => OptInDecisions.Ask(newest, site, subject, topic.Id, asked, id, now), CancellationToken.None);
    }

    /// <summary>So that nothing is left to be confirmed: it may be sent the topic, on a confirmed opt-in.</summary>
    private bool IsConfirmed(PublishedDeclaration inForce, IReadOnlyList<AddressStream> streams, string topic, DateTimeOffset now)
    {
        List<TopicEntry> own = [.. streams.Select(s => s.Entry(topic)).OfType<TopicEntry>()];
        var receipts = consent.NewestOf(inForce.Declaration.Site, streams.Select(s => s.SubjectId));
        return MaySend.Decide(own, [.. receipts.Values], inForce, topic, now).Permitted && own.Exists(entry => entry.Proof?.ConfirmedAt is not null);
    }
}
