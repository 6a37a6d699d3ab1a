namespace Consent.Subscriber;

/// <summary>How far a subscriber is with loading what was before it came; kept in its store.</summary>
/// <param name="After">Keyed hash of the last stream that was loaded; empty at the beginning.</param>
/// <param name="IsWalking">Whether there is more to load.</param>
/// <param name="IsLoaded">Whether everything was loaded once: before that, nothing is permitted.</param>
/// <param name="Awaited">Sites that concern it since its last walk, of which it cannot hold everything yet.</param>
/// <param name="Wishes">What is loaded, in words.</param>
internal sealed record Loading(string After, bool IsWalking, bool IsLoaded, IReadOnlySet<string> Awaited, string Wishes)
{
    /// <summary>What the store says. Other wishes than at the last start begin anew.</summary>
    public static Loading Begin(SubscriberWriter writer, string wishes)
    {
        writer.Run("UPDATE loading SET wishes = $1, after = '', is_walking = $2, is_loaded = $3 WHERE wishes <> $1", wishes, true, false);
        return Read(writer);
    }

    /// <summary>A site concerns the subscriber from now on: what was recorded there before is missing.</summary>
    public static void Await(SubscriberWriter writer, string site)
    {
        writer.Run("INSERT INTO awaited VALUES ($1) ON CONFLICT DO NOTHING", site);
        writer.Run("UPDATE loading SET after = '', is_walking = $1", true);
    }

    public static Loading Move(SubscriberWriter writer, string through, bool complete)
    {
        writer.Run("UPDATE loading SET after = $1, is_walking = $2, is_loaded = (is_loaded OR $3)", complete ? "" : through, !complete, complete);
        if (complete) writer.Run("DELETE FROM awaited");
        return Read(writer);
    }

    public static Loading Read(SubscriberWriter writer)
    {
        var sites = writer.List("SELECT site FROM awaited", r => r.GetString(0)).ToHashSet(StringComparer.Ordinal);
        return writer.List("SELECT after, is_walking, is_loaded, wishes FROM loading", r => new Loading(r.GetString(0), r.GetBoolean(1), r.GetBoolean(2), sites, r.GetString(3)))[0];
    }

    /// <summary>Whether nobody sent the walk elsewhere since, nor has another site to be waited for.</summary>
    public bool IsAsAt(Loading before) => (After, Wishes) == (before.After, before.Wishes) && Awaited.SetEquals(before.Awaited);
}
