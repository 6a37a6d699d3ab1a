using System.Text.Json.Nodes;
using Consent.ServiceDefaults;

namespace Consent.ConsentService;

/// <summary>Ids are unique, and what is named exists.</summary>
internal static class DeclarationReferences
{
    private static readonly string[] _listsWithIds = ["dataCategories", "purposes", "vendors", "topics", "disclosures", "measures", "automatedDecisions", "mailStreams"];

    public static IEnumerable<DeclarationFault> Faults(JsonObject declaration) =>
    [
        .. _listsWithIds.SelectMany(list => Repeated(declaration, list, item => item.Text("id"), "id")),
        .. Repeated(declaration, "cookies", cookie => $"{cookie.Text("kind")} {cookie.Text("name")}", "name"),
        .. TopicsNamedLikePurposes(declaration),
        .. declaration.Maps("topics").SelectMany(at => Repeated(at.Item, "frequencies", item => item.Text("id"), "id").Select(fault => fault with { Path = at.Path + fault.Path })),
        .. UnknownInList(declaration, "purposes", "dataCategories", "dataCategories"),
        .. UnknownInList(declaration, "purposes", "vendors", "vendors"),
        .. Unknown(declaration, "cookies", "purpose", "purposes"),
        .. Unknown(declaration, "cookies", "vendor", "vendors"),
        .. Unknown(declaration, "topics", "purpose", "purposes"),
        .. Unknown(declaration, "mailStreams", "topic", "topics"),
        .. Unknown(declaration, "mailStreams", "purpose", "purposes"),
        .. CookiesOfUndeclaredRecipients(declaration),
        .. HostsOfTwoVendors(declaration),
    ];

    private static IEnumerable<DeclarationFault> Repeated(
        JsonObject declaration, string list, Func<JsonObject, string?> key, string member)
    {
        var seen = new HashSet<string>();
        return declaration.Maps(list)
            .Where(at => key(at.Item) is { } name && !seen.Add(name))
            .Select(at => new DeclarationFault($"{at.Path}/{member}", $"Give it another {member}; an earlier entry of {list} has this one."));
    }

    private static IEnumerable<DeclarationFault> TopicsNamedLikePurposes(JsonObject declaration)
    {
        var purposes = declaration.Ids("purposes");
        return declaration.Maps("topics")
            .Where(at => at.Item.Text("id") is { } id && purposes.Contains(id))
            .Select(at => new DeclarationFault($"{at.Path}/id", "Give the topic another id; a purpose has this one, and decisions name both alike."));
    }

    private static IEnumerable<DeclarationFault> Unknown(JsonObject declaration, string list, string member, string target)
    {
        var known = declaration.Ids(target);
        return declaration.Maps(list)
            .Where(at => at.Item.Text(member) is { } id && !known.Contains(id))
            .Select(at => new DeclarationFault($"{at.Path}/{member}", NotThere(at.Item.Text(member)!, target)));
    }

    private static IEnumerable<DeclarationFault> UnknownInList(JsonObject declaration, string list, string member, string target)
    {
        var known = declaration.Ids(target);
        return
            from at in declaration.Maps(list)
            from word in at.Item.Words(member)
            where !known.Contains(word.Text)
            select new DeclarationFault($"{at.Path}/{member}/{word.Index}", NotThere(word.Text, target));
    }

    /// <summary>A person consents to a purpose with its recipients; a cookie must not bring in another one.</summary>
    private static IEnumerable<DeclarationFault> CookiesOfUndeclaredRecipients(JsonObject declaration)
    {
        var vendors = declaration.Ids("vendors");
        var recipients = declaration.Maps("purposes").ToLookup(at => at.Item.Text("id"), at => at.Item.Words("vendors").Select(w => w.Text));
        return
            from at in declaration.Maps("cookies")
            let vendor = at.Item.Text("vendor")
            let purpose = at.Item.Text("purpose")
            where vendor is not null && vendors.Contains(vendor) && recipients.Contains(purpose)
            where !recipients[purpose].Any(names => names.Contains(vendor))
            select new DeclarationFault($"{at.Path}/vendor", $"Add '{Problems.Shown(vendor)}' to the vendors of purpose '{Problems.Shown(purpose!)}', which it serves here.");
    }

    /// <summary>A request goes to one vendor: its host must not be let through as the one's and held as the other's.</summary>
    private static IEnumerable<DeclarationFault> HostsOfTwoVendors(JsonObject declaration)
    {
        // Of what is longer than any name of the DNS, the form has told.
        var hosts = declaration.Maps("vendors").SelectMany(at => at.Item.Words("hosts").Where(w => w.Text.Length <= 255)
            .Select(w => (w.Text, Vendor: at.Path, Path: $"{at.Path}/hosts/{w.Index}"))).ToList();
        var vendors = hosts.Select(h => (h.Text, h.Vendor)).Distinct().ToLookup(h => h.Text, h => h.Vendor);
        return hosts
            .Where(h => vendors[h.Text].First() != h.Vendor || Wider(h.Text).Any(wider => vendors[wider].Any(vendor => vendor != h.Vendor)))
            .Select(h => new DeclarationFault(h.Path, "Leave this host to one vendor; another one has it already, by its name or by a * above it."));
    }

    /// <summary>Every <c>*.name</c> under which the host, or all that it stands for, lies.</summary>
    private static IEnumerable<string> Wider(string host)
    {
        for (var dot = host.IndexOf('.', host.StartsWith("*.", StringComparison.Ordinal) ? 2 : 0); dot >= 0; dot = host.IndexOf('.', dot + 1))
            yield return $"*{host[dot..]}";
    }

    private static string NotThere(string id, string target) => $"Add '{Problems.Shown(id)}' to {target}, or name one that is there.";
}
