using Consent.Contracts;

namespace Consent.Storage;

/// <summary>Creates pages of an order: the page of whoever is first is the one that counts.</summary>
internal sealed class CreatePages(CosmosContainer order, string prefix, ReadPages pages, TimeProvider time)
{
    private const string Operation = "order-page";

    /// <summary>The page that is there then: this one, or what another wrote first.</summary>
    public async Task<OrderPage> CreateAsync(OrderPage page, Deadline by)
    {
        page = page with { At = time.GetUtcNow() };
        var (pk, id) = (OrderPage.PartitionOf(prefix, OrderPage.BucketOf(page.First)), OrderPage.IdOf(page.First));
        var created = await order.CreateAsync(pk, id, page.ToJson(prefix), page.WriteId, by, Operation);
        var there = created is Created.Others others ? OrderPage.Read(others.There.Body) : page;
        pages.Remember(there);
        return there;
    }

    /// <summary>Ends a run behind the page: whatever is there then, this or what another wrote first, is followed. Pages that were written behind some that were lost are kept in the chain.</summary>
    public async Task<OrderPage> CloseAsync(OrderPage end, OrderState state, Deadline by)
    {
        var floor = state.Floors.First(behind => behind >= end.Next);
        var next = await pages.BehindAsync(end.Next, by) is { } island && island.First <= floor ? island.First : floor + 1;
        return await CreateAsync(OrderPage.Closed(end.Next, next, RandomId.New()), by);
    }

    /// <summary>
    /// To be asked when the page behind it is there: both lie in one partition, so what was lost of it before that was written is missing now. Throws <see cref="LogUnavailableException"/>:
    /// behind a gap nothing is shown, and an epoch has to begin, which closes it.
    /// </summary>
    public async Task RequireAsync(OrderPage end, Deadline by)
    {
        if (await IsGoneAsync(end, by)) throw new LogUnavailableException("Pages of the order are lost: an epoch has to begin.");
    }

    /// <summary>Whether the page is not there any more, or another in its place. What stands before the first page of a run is never gone.</summary>
    public async Task<bool> IsGoneAsync(OrderPage page, Deadline by) => page.WriteId.Length > 0 && (await pages.BeginningAtAsync(page.First, by))?.WriteId != page.WriteId;
}
