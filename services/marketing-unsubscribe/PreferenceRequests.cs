using Consent.Contracts;
using Consent.Storage;
using Consent.UnsubscribeLinks;
using MimeKit;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Sends whoever owns an address the link to his preferences, at anybody's wish: what an address is subscribed to is told there alone. Known or unknown,
/// who asks sees no difference: all are answered at one moment (<see cref="AnswerMoment"/>) and refused alike (<see cref="MailOutage"/>), also those who are
/// sent nothing because they were sent enough (<see cref="MailPace"/>). Who wants nothing any more is sent one in a month, as at <see cref="MayAsk"/>.
/// </summary>
internal sealed class PreferenceRequests(
    AddressStreams addresses, MarketingLog log, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog records, MailPace pace, AnswerMoment moment, MailTexts texts,
    PreferenceTokens tokens, UnsubscribeTokens optOuts, PublicUrl publicUrl, TimeProvider time, ILogger<PreferenceRequests> logger, MailOutage? mails = null)
{
    /// <summary>Of a site without topics, an opt-out link names one that nobody declares; it ends everything all the same.</summary>
    private const string AnyTopic = "news";

    /// <summary>Whether mail can be sent.</summary>
    public bool IsOn => mails is not null;

    /// <summary>Throws <see cref="MailUnavailableException"/> when nothing was promised, or what <see cref="MailTexts"/> throws.</summary>
    /// <param name="language">One of the pages'.</param>
    public async Task SendAsync(Declaration declaration, string address, string language, CancellationToken cancel)
    {
        if (mails is null) throw new InvalidOperationException("No mail server is set.");
        await mails.TryAgainAsync();
        var began = time.GetTimestamp();

        var (site, now) = (declaration.Site, time.Now());
        var streams = await addresses.FindAsync(addresses.RingOf(declaration.Controller.Id), site, address, cancel);
        var saidNo = LastNo([.. streams, .. await addresses.FindFormerAsync(site, address, cancel)]);
        var text = new PreferenceMail(declaration.Controller, language);
        await texts.KeepAsync(text.Told, cancel);
        var isEnough = saidNo is { } at && await WasSentSinceAsync(site, streams, at > now - MayAsk.AfterANo ? at : now - MayAsk.AfterANo, cancel);
        var count = isEnough ? null : pace.TryTake(address, site, now, AskedMail.Preferences);
        var isSent = await mails.SendAsync(count is null ? null : new DueMail(Write(declaration, text, address, language, mails.From, now), count));
        if (isSent && saidNo is not null) await NoteAsync(site, AddressStream.Home(streams).SubjectId, now);
        await moment.WaitAsync(began, isSent, cancel);
    }

    private MimeMessage Write(Declaration declaration, PreferenceMail text, string address, string language, MailboxAddress from, DateTimeOffset now)
    {
        var (controller, site) = (declaration.Controller.Id, declaration.Site);
        var open = tokens.Seal(new PreferenceLink(controller, site, address, language, now, text.Hash));
        var topic = declaration.Topics.Select(t => t.Id).FirstOrDefault(AnyTopic);
        var optOut = LinkToken.Seal(optOuts.KeyOf(controller, site), new UnsubscribeLink(controller, site, topic, address, Language: language));
        var to = publicUrl.Value.GetLeftPart(UriPartial.Authority);
        return text.To(address, $"{to}/p/{open}", $"{to}/u/{optOut}", from, now);
    }

    /// <summary>When he said that he wants nothing any more; null for never. That mail came back is no word of his.</summary>
    private static DateTimeOffset? LastNo(IReadOnlyList<AddressStream> streams) => streams
        .Select(s => s.Newest?.Topics.GetValueOrDefault(MarketingRecord.Everything))
        .Where(all => all is { Status: TopicStatus.Suppressed, Cause: not TopicEntry.Bounced }).Max(all => all?.At);

    private async Task<bool> WasSentSinceAsync(string site, IReadOnlyList<AddressStream> streams, DateTimeOffset since, CancellationToken cancel)
    {
        foreach (var stream in streams)
        {
            var history = await records.HistoryAsync(MarketingRecord.Stream(site, stream.SubjectId), cancel);
            if (history.Any(record => record.Kind == PreferenceDecisions.LinkSent && record.RecordedAt > since)) return true;
        }
        return false;
    }

    /// <summary>The mail is out, and its link works, whether or not the log takes this.</summary>
    private async Task NoteAsync(string site, string subject, DateTimeOffset now)
    {
        try
        {
            await log.AppendAsync(site, subject, (newest, _) => PreferenceDecisions.NoteLinkSent(newest, site, subject, now), CancellationToken.None);
        }
        catch (LogUnavailableException)
        {
            logger.LogWarning("That a link to preferences of site {Site} was sent could not be noted.", site);
        }
    }
}
