using System.Collections.Frozen;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Domains at which so many people have a mailbox that a busy site writes to more than a few within an hour. At any other, many mails at once are more
/// likely meant for one person, who receives whatever is sent to a domain of his own. To be left out costs a provider's users nothing but time.
/// </summary>
internal static class LargeMailProviders
{
    private static readonly FrozenSet<string> All = ((string[])
    [
        // Of the world.
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com", "icloud.com", "me.com",
        "mac.com", "aol.com", "gmx.com", "mail.com", "proton.me", "protonmail.com", "pm.me", "fastmail.com", "zoho.com", "tutanota.com", "tuta.com",
        "yandex.com",
        // Their names in Europe.
        "hotmail.nl", "hotmail.be", "hotmail.de", "hotmail.fr", "hotmail.it", "hotmail.es", "hotmail.se", "hotmail.dk", "hotmail.fi", "hotmail.gr",
        "hotmail.co.uk", "live.nl", "live.be", "live.de", "live.fr", "live.it", "live.se", "live.dk", "live.ie", "live.co.uk", "outlook.be",
        "outlook.de", "outlook.fr", "outlook.it", "outlook.es", "outlook.dk", "outlook.pt", "outlook.com.gr", "yahoo.de", "yahoo.fr", "yahoo.it",
        "yahoo.es", "yahoo.gr", "yahoo.ie", "yahoo.pl", "yahoo.ro", "yahoo.se", "yahoo.co.uk", "ymail.gr",
        // Netherlands, Belgium.
        "ziggo.nl", "kpnmail.nl", "planet.nl", "home.nl", "xs4all.nl", "upcmail.nl", "chello.nl", "hetnet.nl", "casema.nl", "quicknet.nl",
        "zonnet.nl", "online.nl", "kpnplanet.nl", "tele2.nl", "caiway.nl", "solcon.nl", "telenet.be", "skynet.be", "proximus.be", "pandora.be",
        "scarlet.be", "voo.be",
        // Germany, Austria, Luxembourg.
        "gmx.de", "gmx.net", "gmx.at", "web.de", "t-online.de", "freenet.de", "arcor.de", "mailbox.org", "posteo.de", "1und1.de", "vodafone.de",
        "aon.at", "chello.at", "pt.lu",
        // France, Italy, Spain, Portugal, Greece, Malta.
        "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "laposte.net", "bbox.fr", "neuf.fr", "libero.it", "virgilio.it", "tiscali.it", "alice.it",
        "tim.it", "tin.it", "fastwebnet.it", "telefonica.net", "terra.es", "sapo.pt", "netcabo.pt", "iol.pt", "otenet.gr", "in.gr", "onvol.net",
        "maltanet.net",
        // Ireland, the north and the Baltic.
        "eircom.net", "eir.ie", "btinternet.com", "sky.com", "telia.com", "bredband.net", "spray.se", "comhem.se", "mail.dk", "jubii.dk", "live.fi",
        "kolumbus.fi", "elisanet.fi", "luukku.com", "mail.ee", "hot.ee", "inbox.lv", "inbox.lt", "one.lv", "delfi.lt",
        // The east.
        "wp.pl", "o2.pl", "onet.pl", "op.pl", "interia.pl", "gazeta.pl", "seznam.cz", "email.cz", "centrum.cz", "post.cz", "azet.sk", "centrum.sk",
        "zoznam.sk", "freemail.hu", "citromail.hu", "t-online.hu", "indamail.hu", "siol.net", "net.hr", "inet.hr", "t-com.hr", "abv.bg", "mail.bg",
        "dir.bg",
    ]).ToFrozenSet(StringComparer.Ordinal);

    public static bool Has(string domain) => All.Contains(domain);
}
