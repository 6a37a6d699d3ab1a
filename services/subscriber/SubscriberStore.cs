namespace Consent.Subscriber;

/// <summary>The file of one subscriber.</summary>
/// <exception cref="InvalidOperationException">The file is of a newer release.</exception>
internal sealed class SubscriberStore(string file) : FileStore<SubscriberDb, SubscriberWriter>(file, SubscriberDb.OptionsFor, SubscriberDb.Schema)
{
    /// <summary>See <see cref="SubscriberState.FollowAsync"/>. For the writer alone.</summary>
    public Action<IReadOnlyList<ReceiptChange>>? Follower { get; set; }

    protected override SubscriberWriter OpenWriter(string connection) => new(connection);

    protected override void OnCommitted(SubscriberWriter writer)
    {
        if (writer.Changes.Count > 0) Follower?.Invoke(writer.Changes);
        writer.Changes.Clear();
    }
}
