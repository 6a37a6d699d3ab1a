using Consent.Audit.Logs;

namespace Consent.Audit.Holds;

/// <summary>A hold or restriction, as a privacy officer sees it.</summary>
/// <param name="Article">Of the GDPR, on which the ground rests.</param>
/// <param name="State"><c>in-force</c>, <c>lifted</c>, or <c>ended</c> by its end.</param>
/// <param name="Persons">Keyed hashes, as the notes of looks have them: the ids of one person.</param>
/// <param name="ErasuresWaiting">That are carried out when nothing holds them back any more; absent of a restriction.</param>
/// <param name="ErasureWaitsSince">The oldest of these; absent when there is none.</param>
/// <param name="Log">Its entry; absent while that is not under a checkpoint.</param>
internal sealed record HoldView(
    string Id, string Site, string Ground, string Article, DateTimeOffset At, DateTimeOffset? Until, string By, string State, DateTimeOffset? OverAt, string? OverBy, IReadOnlyList<string> Persons,
    int? ErasuresWaiting, DateTimeOffset? ErasureWaitsSince, LogPlace? Log)
{
    public static HoldView Of(Placed placed, IReadOnlyList<HoldAct> waiting, DateTimeOffset at, LogPlace? log)
    {
        var (act, over) = (placed.Act, placed.Over);
        var ground = act.Ground ?? "";
        var isHold = placed.Record.Kind == HoldAct.HoldPlaced;
        var state = placed.IsInForce(at) ? "in-force" : over is null or { By: HoldAct.Itself } ? "ended" : "lifted";
        return new HoldView(
            act.Id, act.Site, ground, Grounds.ArticleOf(ground), act.At, act.Until, act.By, state, over?.At, over?.By, act.Persons ?? [], isHold ? waiting.Count : null,
            waiting.Count == 0 ? null : waiting.Min(w => w.At), log);
    }
}
