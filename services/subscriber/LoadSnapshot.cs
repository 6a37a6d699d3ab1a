using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Subscriber;

/// <summary>What one subscriber is concerned by.</summary>
/// <param name="Purposes">Null for every site.</param>
internal sealed record Wishes(string Service, IReadOnlyList<string>? Purposes)
{
    public static IReadOnlyList<string> Kinds { get; } = [ConsentChanged.Kind, ConsentErased.Kind, DeclarationPublished.Kind];

    public override string ToString() => Purposes is null ? "every site" : string.Join(' ', Purposes);
}

/// <summary>
/// Asks the consent service for what was recorded before the subscriber came, a page at a time, and for ranges that differed: one
/// question at a time, asked again when no answer comes for 5 seconds. How far it came lies in the file, so that it goes on there after a restart.
/// </summary>
internal sealed class LoadSnapshot(
    Wishes wishes, SubscriberState state, DeclarationBook book, IEventTransport transport, Reactions reactions, TimeProvider time, ILogger<LoadSnapshot> log)
    : BackgroundService, IEventHandler<SnapshotPage>
{
    public const string Source = "consent";
    public const string End = "ffffffffffffffffffff";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _one = new(1);
    private readonly Queue<Range> _repairs = new();
    private readonly HashSet<string> _questions = new(StringComparer.Ordinal);
    private Range? _current;
    private long _asked;

    /// <summary>Streams behind <paramref name="After"/> up to <paramref name="Until"/>; the walk over all of them remembers how far it came.</summary>
    internal sealed record Range(string After, string Until, IReadOnlyList<string> Kinds, bool IsWalk);

    /// <summary>Loads a range again, after what is being loaded now.</summary>
    public async Task RepairAsync(Range range, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            if (!_repairs.Contains(range)) _repairs.Enqueue(range);
            await AskAsync(cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    public Task RepairDeclarationsAsync(CancellationToken cancel) => RepairAsync(new Range("", End, [DeclarationPublished.Kind], IsWalk: false), cancel);

    public async Task HandleAsync(SnapshotPage e, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            if (_current is not { } range || e.Source != Source || !_questions.Contains(e.Id)) return;
            var page = new LoadedPage(e, site => book.Concerns(site, wishes.Purposes));
            // Declarations first: a reaction may need one. Kinds that were not asked for are not missing.
            foreach (var declaration in page.Declarations) await book.KeepAsync(declaration, cancel);
            if (range.Kinds.Count == Wishes.Kinds.Count) await LoadAsync(page, range, cancel);
            if (range.IsWalk) await state.MoveAsync(e.Through, e.Complete, cancel);
            _questions.Clear();
            _current = e.Complete ? null : range with { After = e.Through };
            if (range.IsWalk && e.Complete) log.LogInformation("{Service} has loaded everything that was recorded before it came.", wishes.Service);
            await AskAsync(cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        do
        {
            await _one.WaitAsync(stoppingToken);
            try
            {
                await AskAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.LogDebug(e, "The question for a page was not sent; it is asked again.");
            }
            finally
            {
                _one.Release();
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Asks what is to be asked now, unless an answer may still come.</summary>
    private async Task AskAsync(CancellationToken cancel)
    {
        var isNew = _questions.Count == 0;
        if (!isNew && time.GetElapsedTime(_asked) < Patience) return;
        if (state.Loading.IsWalking && _current is not { IsWalk: true }) _current = new Range(state.Loading.After, End, Wishes.Kinds, IsWalk: true);
        else if (_current is null && _repairs.TryDequeue(out var repair)) _current = repair;
        if (_current is not { } range) return;
        if (isNew) await state.AskingAsync(cancel);
        var question = new SnapshotRequested(RandomId.New(), Source, wishes.Service, range.Kinds, wishes.Purposes, range.After, range.Until);
        _questions.Add(question.Id);
        _asked = time.GetTimestamp();
        await transport.PublishAsync([OutgoingEvent.Of(question, Source)], cancel);
    }

    private async Task LoadAsync(LoadedPage page, Range range, CancellationToken cancel)
    {
        var outcome = await state.ApplyPageAsync(page, cancel);
        var tag = new KeyValuePair<string, object?>("service", wishes.Service);
        if (range.IsWalk) SubscriberMetrics.Loaded.Add(page.Receipts.Count, tag);
        else SubscriberMetrics.Repaired.Add(outcome.Changed, tag);
        if (outcome.Ahead > 0)
        {
            SubscriberMetrics.Ahead.Add(outcome.Ahead, tag);
            log.LogWarning("{Service} holds {Count} states that are newer than the log, as after the restore of an old backup: their refusals stay in force.", wishes.Service, outcome.Ahead);
        }

        await Task.WhenAll(page.Tombstones.Select(e => reactions.ErasedAsync(e, cancel)));
        // Each that is held now, and not one that was overtaken by itself; also one that was held before: a crash may have come between. Like every reaction it must bear repeating. At once,
        // as messages come too, so that they share commits.
        await Task.WhenAll(page.Receipts.Where(e => outcome.Held.Contains(e.Stream!)).Select(e => reactions.AppliedAsync(e, cancel)));
    }
}
