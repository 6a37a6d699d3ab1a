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
/// question at a time, asked again when no answer comes for 5 seconds, and ever more rarely when a page cannot be applied
/// (<see cref="FailedPages"/>). How far it came lies in the store, so that it goes on there after a restart. Of replicas one at a time asks; a page that another
/// replica took from their queue is handed on to it.
/// </summary>
/// <remarks>
/// All declarations come before the first states, and again after a page that failed: a reaction may rest on one that lies further on in
/// the walk, and a site may come to concern the subscriber by one that was published while it walks.
/// </remarks>
/// <param name="others">Null where one process owns the store.</param>
internal sealed class LoadSnapshot(
    Wishes wishes, SubscriberState state, DeclarationBook book, OtherReplicas? others, IEventTransport transport, Reactions reactions, TimeProvider time, ILogger<LoadSnapshot> log)
    : BackgroundService, IEventHandler<SnapshotPage>
{
    public const string Source = "consent";
    public const string End = "ffffffffffffffffffff";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly Range AllDeclarations = new("", End, [DeclarationPublished.Kind], IsWalk: false);
    private readonly SemaphoreSlim _one = new(1);
    private readonly Queue<Range> _repairs = new();
    private readonly HashSet<string> _questions = new(StringComparer.Ordinal);
    private readonly FailedPages _failed = new(wishes.Service, time, log);
    private bool _declarationsFirst = true;
    private Range? _current;
    private long _asked;

    /// <summary>Streams behind <paramref name="After"/> up to <paramref name="Until"/>; the walk over all of them remembers how far it came.</summary>
    internal sealed record Range(string After, string Until, IReadOnlyList<string> Kinds, bool IsWalk)
    {
        /// <summary>Kinds that were not asked for are not missing.</summary>
        public bool HoldsStates => Kinds.Count == Wishes.Kinds.Count;
    }

    /// <summary>Loads a range again, after what is being loaded now.</summary>
    public async Task RepairAsync(Range range, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            Later(range);
            await AskAsync(cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    public Task RepairDeclarationsAsync(CancellationToken cancel) => RepairAsync(AllDeclarations, cancel);

    public async Task HandleAsync(SnapshotPage e, CancellationToken cancel)
    {
        if (!await TryApplyAsync(e, cancel) && others is not null && e.Source == Source) await others.LeaveAsync(e.Id, e, cancel);
    }

    /// <returns>Whether this replica asked for it.</returns>
    private async Task<bool> TryApplyAsync(SnapshotPage e, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            if (_current is not { } range || e.Source != Source || !_questions.Contains(e.Id)) return false;
            try
            {
                await ApplyAsync(e, range, cancel);
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested)
            {
                Fail(range, failure);
            }

            await ForgetQuestionsAsync(cancel);
            await AskAsync(cancel);
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (others is null) return;
        try
        {
            await ForgetQuestionsAsync(cancellationToken);
            await others.GiveBackAsync();
        }
        catch (Exception e)
        {
            log.LogDebug("The turn to load was not given back ({Reason}); it ends by itself.", e.GetType().Name);
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => others is null
        ? AskOnAsync(stoppingToken)
        : Task.WhenAll(AskOnAsync(stoppingToken), others.BringAsync<SnapshotPage>(OpenQuestions, TryApplyAsync, log, stoppingToken));

    private async Task AskOnAsync(CancellationToken stoppingToken)
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
        if (_failed.IsPausing || (!isNew && time.GetElapsedTime(_asked) < Patience)) return;
        if (_current is null && !state.Loading.IsWalking && _repairs.Count == 0) return;
        if (!state.IsLoading || (others is not null && !await others.IsMineAsync(cancel)))
        {
            // Whoever asks now begins where the store says.
            _current = null;
            await ForgetQuestionsAsync(cancel);
            return;
        }

        // Before it is looked how far the walk came: what sends it back to the beginning from now on is remembered until the page comes.
        if (isNew) await state.AskingAsync(cancel);
        _current ??= Next();
        if (_current is not { } range) return;
        var question = new SnapshotRequested(RandomId.New(), Source, wishes.Service, range.Kinds, wishes.Purposes, range.After, range.Until);
        if (others is not null) await others.AwaitAsync(question.Id, cancel);
        lock (_questions) _questions.Add(question.Id);
        _asked = time.GetTimestamp();
        await transport.PublishAsync([OutgoingEvent.Of(question, Source)], cancel);
    }

    private IReadOnlyCollection<string> OpenQuestions()
    {
        lock (_questions) return [.. _questions];
    }

    private async Task ForgetQuestionsAsync(CancellationToken cancel)
    {
        var questions = OpenQuestions();
        lock (_questions) _questions.Clear();
        state.Answered();
        if (others is not null && questions.Count > 0) await others.GiveUpAsync(questions, cancel);
    }

    private Range? Next() =>
        _declarationsFirst && (state.Loading.IsWalking || _repairs.Count > 0) ? AllDeclarations
        : state.Loading.IsWalking ? new Range(state.Loading.After, End, Wishes.Kinds, IsWalk: true)
        : _repairs.TryDequeue(out var repair) ? repair
        : null;

    private void Later(Range range)
    {
        if (!_repairs.Contains(range)) _repairs.Enqueue(range);
    }

    private async Task ApplyAsync(SnapshotPage e, Range range, CancellationToken cancel)
    {
        var page = new LoadedPage(e, site => book.Concerns(site, wishes.Purposes));
        await state.KeepAsync(page.Declarations, wishes.Purposes, cancel);
        if (range.HoldsStates) await LoadAsync(page, range, cancel);
        if (range.IsWalk) await state.MoveAsync(e.Through, e.Complete, cancel);
        // The walk goes on where the file says; it may have to begin anew.
        _current = range.IsWalk || e.Complete ? null : range with { After = e.Through };
        if (range.HoldsStates) _failed.Passed();
        else if (e.Complete) _declarationsFirst = false;
        if (range.IsWalk && !state.Loading.IsWalking) log.LogInformation("{Service} has loaded everything that was recorded before it came.", wishes.Service);
    }

    /// <summary>Others come before it, so that one page does not stop everything.</summary>
    private void Fail(Range range, Exception e)
    {
        _failed.Add(e);
        _current = null;
        if (!range.IsWalk) Later(range.HoldsStates ? range : AllDeclarations);
        _declarationsFirst = range.HoldsStates || state.Loading.IsWalking;
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
