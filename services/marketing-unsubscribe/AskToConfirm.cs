using Consent.Contracts;
using Consent.Storage;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The first step of an opt-in from a page, where mail can be sent: its owner is asked by mail, and the attempt is recorded; it subscribes nobody.
/// The mail server has the mail before the caller has an answer, so that nothing promised is lost and no address is kept; when it takes none, nothing
/// is promised. Not every address is sent one (<see cref="MayAsk"/>, <see cref="MailPace"/>): who asks sees no difference, because all are answered at
/// one moment (<see cref="AnswerMoment"/>) and refused alike (<see cref="MailOutage"/>).
/// </summary>
public sealed class AskToConfirm(
    AddressStreams addresses, MarketingLog log, MayAsk mayAsk, MailPace pace, WriteConfirmation write, MailTexts texts, AnswerMoment moment,
    TimeProvider time, ILogger<AskToConfirm> logger, MailOutage? mails = null)
{
    /// <summary>Whether mail can be sent.</summary>
    public bool IsOn => mails is not null;

    /// <summary>
    /// Throws <see cref="MailUnavailableException"/> when nothing was promised, and nothing stored; <see cref="LogUnavailableException"/> as well, where a mail
    /// would say what is not kept yet and cannot be.
    /// </summary>
    public async Task RecordAsync(PublishedDeclaration inForce, Topic topic, string address, OptInProof proof, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(proof);
        if (mails is null) throw new InvalidOperationException("No mail server is set.");
        await mails.TryAgainAsync();
        var began = time.GetTimestamp();

        var (declaration, now) = (inForce.Declaration, time.Now());
        var streams = await addresses.FindAsync(addresses.RingOf(declaration.Controller.Id), declaration.Site, address, cancel);
        var former = await addresses.FindFormerAsync(declaration.Site, address, cancel);
        var text = new ConfirmationMail(declaration, topic, proof.Language);
        await texts.KeepAsync(text.Told, cancel);
        var count = await mayAsk.DecideAsync(inForce, streams, former, topic.Id, now, cancel) ? pace.TryTake(address, declaration.Site, now) : null;
        var isSent = await mails.SendAsync(count is null ? null : new DueMail(write.To(address, text, declaration, topic.Id, proof, mails.From, now), count));

        await NoteAsync(declaration.Site, AddressStream.Home(streams).SubjectId, topic.Id, proof with { RequestedAt = now, MailHash = isSent ? text.Hash : null }, now);
        await moment.WaitAsync(began, isSent, cancel);
    }

    /// <summary>
    /// Evidence, and no more: a mail that is out carries the whole first step in its link, whether or not the caller still listens and the log takes this.
    /// What was asked for again within ten minutes and sent nobody a mail is not noted again, so that who types an address over and over fills no log.
    /// </summary>
    private async Task NoteAsync(string site, string subject, string topic, OptInProof asked, DateTimeOffset now)
    {
        try
        {
            await log.AppendAsync(
                site, subject,
                (newest, id) => asked.MailHash is null && WasNoted(newest, now) ? null : OptInDecisions.Ask(newest, site, subject, topic, asked, id, now),
                CancellationToken.None);
        }
        catch (LogUnavailableException)
        {
            logger.LogWarning("An opt-in of site {Site} that waits to be confirmed could not be noted.", site);
        }
    }

    private static bool WasNoted(MarketingRecord? newest, DateTimeOffset now) => newest is { Kind: MarketingRecord.Attempted } && newest.RecordedAt + MailPace.Between > now;
}
