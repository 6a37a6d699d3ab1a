namespace Consent.Connectors;

/// <param name="States">By topic.</param>
/// <param name="Subjects">Ids of its address, as they were at the last look.</param>
internal sealed record KnownContact(long Seq, IReadOnlyDictionary<string, TopicState> States, IReadOnlyList<string> Subjects)
{
    public static KnownContact Unknown { get; } = new(0, new Dictionary<string, TopicState>(), []);
}

/// <param name="Subjects">Ids of its address.</param>
/// <param name="States">By topic.</param>
/// <param name="CarryAt">When something is to be carried there; null for nothing.</param>
internal sealed record LearnedContact(string Id, IReadOnlyList<string> Subjects, IReadOnlyDictionary<string, TopicState> States, DateTimeOffset? CarryAt);
