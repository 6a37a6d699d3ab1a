using System.Text.Json;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Subscriber.Tests;

/// <summary>What a subscriber asks of what was before, and pages in answer, made by the test in the place of the consent service.</summary>
internal static class Pages
{
    public const string First = "11111111111111111111", Second = "22222222222222222222";

    public static ConsentChanged Changed(string stream, Receipt receipt) => new(receipt.Id, receipt.RecordedAt, receipt, stream);

    /// <summary>All questions for states so far.</summary>
    public static IReadOnlyList<SnapshotRequested> Asked(OneSubscriber subscriber) =>
        [.. subscriber.Transport.Of<SnapshotRequested>().Where(question => question.Kinds.Count > 1)];

    /// <summary>All questions for declarations alone.</summary>
    public static IReadOnlyList<SnapshotRequested> AskedForDeclarations(OneSubscriber subscriber) =>
        [.. subscriber.Transport.Of<SnapshotRequested>().Where(question => question.Kinds.Count == 1)];

    /// <summary>The question for states of this number, from 1. One for declarations that stands before it is answered with these.</summary>
    public static async Task<SnapshotRequested> QuestionAsync(OneSubscriber subscriber, int number, params PublishedDeclaration[] declarations)
    {
        await Eventually.IsSoAsync($"{number} questions for states are asked", async () =>
        {
            if (subscriber.Transport.Of<SnapshotRequested>() is [.., { Kinds.Count: 1 } last]) await subscriber.HearAsync(OfDeclarations(last, declarations));
            return Asked(subscriber).Count >= number;
        });
        return Asked(subscriber)[number - 1];
    }

    public static SnapshotPage Of(SnapshotRequested question, string through, bool complete, params (string Stream, Receipt Receipt)[] receipts) => new(
        question.Id, question.Source, question.After, through, complete, [.. receipts.Select(r => Published(Changed(r.Stream, r.Receipt)))]);

    /// <summary>All declarations that there are.</summary>
    public static SnapshotPage OfDeclarations(SnapshotRequested question, params PublishedDeclaration[] declarations) => new(
        question.Id, question.Source, question.After, LoadSnapshot.End, true, [.. declarations.Select(declaration => Published(Sample.Event(declaration)))]);

    public static PublishedEvent Published<T>(T e) where T : IEvent => new(T.Kind, JsonSerializer.SerializeToElement(e, ContractJson.Options));

    /// <summary>Answers all that is asked at a first start: with these declarations, and with no state.</summary>
    public static async Task LoadNothingAsync(OneSubscriber subscriber, params PublishedDeclaration[] declarations) =>
        await subscriber.HearAsync(Of(await QuestionAsync(subscriber, 1, declarations), LoadSnapshot.End, complete: true));
}
