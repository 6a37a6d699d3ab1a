using System.Security.Claims;
using Consent.Contracts;

namespace Consent.Audit.Timelines;

/// <summary>Reads what <see cref="InForceAnswer"/> is told from: of one person, and of him no more than it takes.</summary>
internal sealed class FindInForce(FollowReceipts receipts, AddressTraces addresses, OpenTraces traces)
{
    /// <param name="isOpened">Whether the caller may see the person whatever restricts him; else of a restricted one nothing is told.</param>
    public async Task<InForceAnswer> RunAsync(
        ClaimsPrincipal user, AskedPerson person, string purpose, DateTimeOffset at, DeclarationHistory declarations, CancellationToken cancel, bool isOpened = false)
    {
        var (index, newest, of) = (await receipts.CurrentAsync(cancel), (OpenTrace?)null, "");
        DateTimeOffset? erasedAt = null;
        foreach (var subject in person.Subjects)
        {
            // A key that was succeeded leaves the person where he is; should he be under two ids all the same, his last word counts.
            var found = await traces.AtAsync(user, index.NewestAt(receipts.KeyOf(person.Site, subject), at), cancel, isOpened);
            if (found?.Receipt is { } receipt && !(newest?.Receipt?.Changed.Receipt.RecordedAt > receipt.Changed.Receipt.RecordedAt)) (newest, of) = (found, subject);
            if (SubjectId.IsAddress(subject) && (await addresses.ReadAsync(person.Site, subject, cancel)).Erased is { } erased && !(erasedAt > erased.At)) erasedAt = erased.At;
        }

        var place = newest is null ? null : await traces.PlaceOfAsync(newest, cancel);
        var deciding = newest?.Receipt is { } last && declarations.InForce(at) is { } inForce ? await DecidingAsync(last.Changed.Receipt, inForce) : null;
        return InForceAnswer.Of(person.Site, purpose, at, declarations, newest?.Receipt, place, deciding, erasedAt);

        async Task<HeardReceipt?> DecidingAsync(Receipt receipt, PublishedDeclaration current)
        {
            if (InForceAnswer.DecisionOf(receipt, current, purpose, ConsentState.Of(receipt, current, purpose, at)) is not { } decision) return null;
            if (decision.DecidedIn == receipt.Version) return newest!.Receipt;
            return (await traces.AtAsync(user, index.Find(receipts.KeyOf(person.Site, of), receipt.Epoch, decision.DecidedIn), cancel, isOpened))?.Receipt;
        }
    }
}
