namespace Consent.Audit;

/// <summary>Where a list goes on, in the order of hearing: up, or down with the newest first.</summary>
/// <param name="From">Is not in the list itself; 0 for the end at which the list begins.</param>
internal readonly record struct ListPlace(bool IsDown, long From)
{
    /// <summary>What was heard behind it, the oldest first.</summary>
    public static ListPlace After(long place) => new(IsDown: false, place);

    /// <summary>What was heard before it, the newest first; with 0, the newest of all.</summary>
    public static ListPlace Before(long place) => new(IsDown: true, place);
}
