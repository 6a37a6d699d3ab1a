using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Consent.Connectors;

/// <summary>What the file holds of one contact. Each is part of a transaction.</summary>
internal static class ContactRows
{
    /// <returns>Whether one was not known.</returns>
    public static bool KeepSubjects(ConnectorDb db, string connector, long contact, IReadOnlyList<string> subjects)
    {
        var held = db.Subjects.Where(s => s.Contact == contact).Select(s => s.Subject).ToList();
        foreach (var gone in held.Except(subjects, StringComparer.Ordinal)) db.Database.ExecuteSql($"DELETE FROM subjects WHERE contact = {contact} AND subject = {gone}");
        var added = subjects.Except(held, StringComparer.Ordinal).ToList();
        foreach (var subject in added) db.Database.ExecuteSql($"INSERT INTO subjects (connector, subject, contact) VALUES ({connector}, {subject}, {contact})");
        return added.Count > 0;
    }

    public static void KeepState(ConnectorDb db, long contact, string topic, TopicState state)
    {
        var (carried, seen, written) = (state.Carried is { } c ? Word(c) : null, state.Seen is { } s ? Word(s) : null, state.WrittenAt?.ToUnixTimeMilliseconds());
        db.Database.ExecuteSql(
            $"""
            INSERT INTO states (contact, topic, carried, seen, written_at) VALUES ({contact}, {topic}, {carried}, {seen}, {written})
            ON CONFLICT (contact, topic) DO UPDATE SET carried = excluded.carried, seen = excluded.seen, written_at = excluded.written_at
            WHERE (states.carried, states.seen, states.written_at) IS DISTINCT FROM (excluded.carried, excluded.seen, excluded.written_at)
            """);
    }

    public static void Forget(ConnectorDb db, long contact)
    {
        db.Database.ExecuteSql($"DELETE FROM states WHERE contact = {contact}");
        db.Database.ExecuteSql($"DELETE FROM subjects WHERE contact = {contact}");
        db.Database.ExecuteSql($"DELETE FROM work WHERE contact = {contact}");
        db.Database.ExecuteSql($"DELETE FROM contacts WHERE seq = {contact}");
    }

    public static TopicState StateOf(StateRow row) => new(
        Enum.TryParse<Here>(row.Carried, ignoreCase: true, out var carried) ? carried : null,
        Enum.TryParse<There>(row.Seen, ignoreCase: true, out var seen) ? seen : null,
        row.WrittenAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
