namespace Consent.Connectors;

/// <summary>The kinds of mailing systems that there are.</summary>
internal sealed class MailingSystems(IEnumerable<IMailingSystem> all)
{
    private readonly Dictionary<string, IMailingSystem> _byName = all.ToDictionary(system => system.Name, StringComparer.Ordinal);

    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    public IMailingSystem? Find(string name) => _byName.GetValueOrDefault(name);

    public IMailingSystem Of(Connector connector) => _byName[connector.Row.System];
}
