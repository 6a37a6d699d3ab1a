namespace Consent.Connectors;

/// <param name="Account">Null when it does not open with the keys that are here: then nothing is carried until it is set anew, or the key is back.</param>
internal sealed record Connector(ConnectorRow Row, Account? Account)
{
    public const string Enabled = "enabled";
    public const string Paused = "paused";

    /// <summary>Deleted, but for opt-outs that were heard from there and are still to be brought here.</summary>
    public const string Deleting = "deleting";

    /// <summary>Never in the file: it is found at each look.</summary>
    public const string Unreadable = "unreadable";

    public string Id => Row.Id;

    public string Site => Row.Site;

    public bool IsDeleting => Row.Status == Deleting;

    public string Status => Account is null && !IsDeleting ? Unreadable : Row.Status;

    /// <summary>What marketing is told that did it.</summary>
    public string Source => $"connector:{Row.System}";

    public bool MayCall(DateTimeOffset now) => Status == Enabled && !(Row.NotBefore > now.ToUnixTimeMilliseconds());
}
