using System.Text.Json;

namespace Consent.Storage;

/// <summary>What an order is of: records, or acknowledgements.</summary>
internal interface IOrdered
{
    /// <summary>What is to have a position; null for a change that is to have none, as what is left of an erased record. Pure.</summary>
    OrderEntry? EntryOf(JsonElement change);

    /// <summary>
    /// Does what follows from these positions before anybody may see them. Called again, by whichever process, when it failed or its process was killed; also at the same time by two. So it must
    /// not matter how often.
    /// </summary>
    /// <param name="page">With what the change feed said; null where another wrote the page. The document may have been erased since.</param>
    Task PlacedAsync(IReadOnlyList<(long Position, OrderEntry Entry, JsonElement? Change)> page, Deadline by);
}

/// <summary>
/// The order of what is created in a container: its change feed, written down. The store gives no order across partitions and no numbers at a commit, so positions are given afterwards: whoever
/// comes to the end (<see cref="AdvanceAsync"/>) reads what the change feed has since and creates the next page of it, if nobody else does first; then what follows from the page is done; then it
/// is shown (<see cref="Through"/>). Positions are consecutive within an epoch, ascending in each partition, and nothing appears behind one that was shown. Any process may stop at any point, and
/// any other goes on from there. Not promised: that a document has only one position, should the change feed give it again long after. Safe for many threads.
/// </summary>
internal sealed partial class CosmosOrder
{
    private const string Operation = "order-read";
    private readonly CosmosContainer _order;
    private readonly CosmosContainer _source;
    private readonly string _prefix;
    private readonly IOrdered _ordered;
    private readonly TimeProvider _time;
    private readonly ReadPages _pages;
    private readonly OrderHead _head;
    private readonly PlaceDocuments? _places;
    private readonly ErasedPlaces _erased;
    private readonly CreatePages _create;
    private readonly WritePages _write;
    private readonly OneAtATime _turns;
    private AbsentEntry? _absent;
    private long _missing;

    /// <param name="order">Where pages, places and the state lie, in partitions of the prefix.</param>
    /// <param name="source">Whose change feed it is.</param>
    /// <param name="prefix">Of the partition keys: one for each order that lies in the same container; empty for the records.</param>
    /// <param name="keepsPlaces">Whether a document can be asked for its position (<see cref="PositionOfAsync"/>): one more write for each. Without, all get new positions after a loss.</param>
    public CosmosOrder(CosmosContainer order, CosmosContainer source, string prefix, IOrdered ordered, TimeProvider time, bool keepsPlaces = true)
    {
        (_order, _source, _prefix, _ordered, _time) = (order, source, prefix, ordered, time);
        _pages = new ReadPages(order, source, prefix);
        _head = new OrderHead(order, prefix, _pages, time);
        _places = keepsPlaces ? new PlaceDocuments(order, prefix) : null;
        (_erased, _create) = (new ErasedPlaces(order, prefix), new CreatePages(order, prefix, _pages, time));
        _write = new WritePages(order, source, prefix, ordered, _head, _pages, _places, time);
        _turns = new OneAtATime(_write.PlaceAllAsync);
    }

    /// <summary>The last position that may be seen, as far as this process knows; never lower than it was. 0 before the first look.</summary>
    public long Through => _head.Through;

    /// <summary>As of the last look; 0 before the first.</summary>
    public int Epoch => _head.State?.Epoch ?? 0;

    /// <summary>
    /// Returns when all that was committed before the call has its position and may be seen; with an account below bounded staleness, all that the replica which was asked had by then. One at a
    /// time in a process: who comes meanwhile shares the next. Each step has time of its own, so after a loss, when all is looked through again, it goes on behind a caller whose time is over.
    /// Throws <see cref="LogUnavailableException"/>. Costs one request unit, and one for each range of the source, when there is nothing.
    /// </summary>
    public async Task AdvanceAsync(Deadline by)
    {
        try
        {
            await _turns.TurnAsync().WaitAsync(by.Left, _time, by.Cancel);
        }
        catch (TimeoutException e)
        {
            throw new LogUnavailableException("The order of what was committed is still being written down.", e);
        }
    }

    /// <summary>Until nothing is placed any more for those who asked for it, also where they did not wait for its end.</summary>
    public Task IdleAsync() => _turns.IdleAsync();

    /// <summary>Reads how far others have come.</summary>
    public Task LookAsync(Deadline by) => _head.ReadAsync(by);

    /// <summary>As <see cref="LookAsync"/>, and no replica that lags can answer. 3 request units.</summary>
    public async Task LookForCertainAsync(Deadline by)
    {
        await OrderState.RefreshAsync(_order, _prefix, by);
        await _head.ReadAsync(by);
    }

    /// <summary>
    /// What stands behind the position, ascending; fewer than <paramref name="max"/> only where <see cref="Through"/> is reached. At the end call <see cref="AdvanceAsync"/> and read again: this
    /// does not.
    /// </summary>
    /// <returns>Without its document where that was erased.</returns>
    public async Task<IReadOnlyList<(long Position, OrderEntry Entry, JsonElement? Document)>> ReadAsync(long after, int max, Deadline by)
    {
        var (pages, passed, listed) = await ListAsync(after, max, by);
        if (listed.Count == 0) return [];
        // Of an epoch that begins after this, what was erased is found out anew.
        var epoch = (await _head.KnownAsync(by)).Epoch;
        var erased = await _erased.AmongAsync(listed.ConvertAll(one => one.Position), epoch, by);
        var wanted = listed.FindAll(one => !erased.Contains(one.Position));
        var (documents, absent) = await _pages.DocumentsAsync(pages, passed, wanted.ConvertAll(one => one.Entry), _ordered, by);
        await _erased.NoteAsync(wanted.FindAll(one => !documents.ContainsKey(one.Entry.Key) && !absent.Contains(one.Entry.Key)).ConvertAll(one => one.Position), epoch, by);
        foreach (var (position, entry) in wanted)
            if (absent.Contains(entry.Key) && await DocumentOfAsync(position, entry, by) is { } late) documents[entry.Key] = late;
        return listed.ConvertAll(one => (one.Position, one.Entry, documents.TryGetValue(one.Entry.Key, out var there) ? there : (JsonElement?)null));
    }

    /// <summary>What has the position; null when nothing has, or it may not be seen yet.</summary>
    public async Task<OrderEntry?> AtAsync(long position, Deadline by) =>
        position > 0 && (await ListAsync(position - 1, 1, by)).Listed is [var one] && one.Position == position ? one.Entry : null;

    /// <summary>The first position behind this one that has something and may be seen; null when there is none. Between two epochs lies a gap.</summary>
    public async Task<long?> NextAsync(long after, Deadline by) => (await ListAsync(after, 1, by)).Listed is [var one] ? one.Position : null;

    /// <summary>The position of a document; null when it has none that may be seen. Only where places are kept.</summary>
    public async Task<long?> PositionOfAsync(OrderEntry entry, Deadline by) =>
        await RequirePlaces().FindAsync(entry, by) is { } position && await IsShownAsync(entry, position, by) ? position : null;

    /// <summary>Of all documents of a partition that may be seen, the positions by their numbers: for one that has many. Only where places are kept.</summary>
    public async Task<IReadOnlyDictionary<long, long>> PositionsInAsync(string partition, Deadline by)
    {
        var shown = new Dictionary<long, long>();
        foreach (var (number, position) in await RequirePlaces().AllInAsync(partition, by))
            if (await IsShownAsync(new OrderEntry(partition, number, null), position, by)) shown[number] = position;
        return shown;
    }

    /// <summary>Whether the document has this position and may be seen there, asked by who has it from a document that follows from a page.</summary>
    public async Task<bool> IsShownAsync(OrderEntry entry, long position, Deadline by)
    {
        if (position > Through) return false;
        // Only after a loss can anything tell of a page that is no more.
        return (await _head.KnownAsync(by)).Floors.Count == 1 || await _pages.IsListedAsync(entry, position, by);
    }

    /// <summary>
    /// The document that was placed there; null when it was erased, or lost in an epoch that is over. Where nothing lies in this epoch, or another document, it is not passed over: it is lost, and
    /// <see cref="LogUnavailableException"/> is thrown until an epoch has begun, which <see cref="IsLostAsync"/> says. A replica that lags is asked again.
    /// </summary>
    public async Task<JsonElement?> DocumentOfAsync(long position, OrderEntry entry, Deadline by)
    {
        for (var isCertain = false; ; isCertain = true)
        {
            var (document, isAbsent) = await _pages.DocumentAsync(entry, _ordered, by);
            if (!isAbsent || position <= (await _head.KnownAsync(by)).Floor) return document;
            if (isCertain)
            {
                Volatile.Write(ref _absent, new AbsentEntry(entry, position));
                throw new LogUnavailableException("A document that has its place is not there: it is lost, and an epoch has to begin.");
            }

            await _source.IsThereForCertainAsync(entry.Partition, entry.Id, by, Operation);
        }
    }

    /// <summary>
    /// Waits until something behind the position may be seen: true; or until the time is over: false. What this process places is known at once, what others do by looking four times a second, and
    /// twice where nothing came for ten seconds; once for all who wait. Does not place anything itself.
    /// </summary>
    public async Task<bool> WaitAsync(long after, TimeSpan timeout, CancellationToken cancel)
    {
        // Where an epoch has begun, the end lies behind a gap in which nothing is to be read.
        if (_head.State is { IsAtFloor: true, Through: var floor } && after < floor && await IsNothingBehindAsync(after, cancel)) after = floor;
        return await _head.WaitAsync(after, timeout, cancel);
    }

    /// <summary>
    /// Begins an epoch, after a loss: closes what was written so far, so that whoever still writes there follows, and begins behind <see cref="Restored.FloorOf"/> with the change feed from its
    /// beginning: the numbers by which it goes on may have been given out twice. What has a position keeps it.
    /// </summary>
    /// <returns>The epoch that counts now: a higher one where another has begun it.</returns>
    public Task<int> BeginEpochAsync(int epoch, Deadline by) => _write.BeginEpochAsync(epoch, by);

    /// <summary>What is shown is there: where a replica lags that was asked for it, it is asked again. A gap in a run that is over is closed by whoever comes upon it.</summary>
    private async Task<(List<OrderPage> Pages, int Passed, List<(long Position, OrderEntry Entry)> Listed)> ListAsync(long after, int max, Deadline by)
    {
        var through = Through;
        if (after >= through || max <= 0) return ([], 0, []);
        var state = await _head.KnownAsync(by);
        var floor = state.FloorUnder(after + 1);
        while (true)
        {
            var page = after == floor ? OrderPage.Before(floor) : await _pages.BeforeAsync(after + 1, by) ?? OrderPage.Before(state.Floors.FirstOrDefault(f => f > after, floor));
            var holds = page.Entries.Count > 0 && page.Last > after;
            List<OrderPage> pages = holds ? [page] : [];
            pages.AddRange(await _pages.FromAsync(page.Next, holds ? (int)Math.Max(0, max - (page.Last - after)) : max, through, by));
            var listed = pages.SelectMany(p => p.Placed()).Where(one => one.Position > after && one.Position <= through).Take(max).ToList();
            var end = pages.Count > 0 ? pages[^1] : page;
            if (listed.Count == max || end.Next > through) return (pages, holds ? (int)(after + 1 - page.First) : 0, listed);
            if (end.Next <= state.Floor)
            {
                await _create.CloseAsync(end, state, by);
            }
            else if (!await _order.IsThereForCertainAsync(PartitionOf(end.Next), OrderPage.IdOf(end.Next), by, Operation))
            {
                Interlocked.Exchange(ref _missing, end.Next);
                throw new LogUnavailableException("Pages of the order are not there: they are lost, and an epoch has to begin.");
            }
        }
    }

    private async Task<bool> IsNothingBehindAsync(long after, CancellationToken cancel)
    {
        try
        {
            return await NextAsync(after, _order.Begin(cancel)) is null;
        }
        catch (LogUnavailableException)
        {
            // Whoever reads is told.
            return false;
        }
    }

    private string PartitionOf(long position) => OrderPage.PartitionOf(_prefix, OrderPage.BucketOf(position));

    private PlaceDocuments RequirePlaces() => _places ?? throw new InvalidOperationException("This order keeps no places.");
}
