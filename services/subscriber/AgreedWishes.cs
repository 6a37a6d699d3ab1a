namespace Consent.Subscriber;

/// <summary>
/// Whose wishes are loaded where replicas share the store and do not wish for the same, as while a release is rolled out. Who comes begins what it wishes for; who
/// was there before leaves that alone as long as a replica lives that wishes for it, and permits nothing meanwhile. When none has lived for 30 seconds by the
/// database's clock, as after the last one of the release before started once more, or when a failover lost what was begun, it begins anew what it wishes for itself.
/// </summary>
internal static class AgreedWishes
{
    /// <param name="isNew">Whether this replica did not wish for it before.</param>
    public static Loading Begin(SubscriberWriter writer, string wishes, bool isNew)
    {
        var loading = isNew || !IsHeld(writer) ? Loading.Begin(writer, wishes) : Loading.Read(writer);
        if (loading.Wishes == wishes) Hold(writer);
        return loading;
    }

    /// <summary>What was held well after now was held before the clock jumped back.</summary>
    private static bool IsHeld(SubscriberWriter writer) => writer.List(
        "SELECT true FROM turns WHERE name = 'wishes' AND expires_at > clock_timestamp() AND granted_at < clock_timestamp() + interval '1 minute'", r => r.GetBoolean(0)).Count > 0;

    private static void Hold(SubscriberWriter writer) => writer.Run(
        """
        UPDATE turns SET granted_at = clock_timestamp(), expires_at = clock_timestamp() + interval '30 seconds'
        WHERE name = 'wishes' AND expires_at NOT BETWEEN clock_timestamp() + interval '25 seconds' AND clock_timestamp() + interval '30 seconds'
        """);
}
