using System.Text.Json.Nodes;
using Consent.Audit.Holds;
using Consent.Audit.Tests.Logs;
using Consent.Audit.Tests.Timelines;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Holds;

/// <summary>Old data came back; the folder of kept checkpoints stands where it was. Once with the keys of that time, as from a copy of the whole folder, and once with those of now.</summary>
public sealed class RestoredHoldTests : IDisposable
{
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private static readonly string Other = new('f', 32);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhoWasHeldOrRestrictedSince_IsSoFromTheFirstAnswerOn_AndHisErasureWaits(bool withKeys)
    {
        await using (var audit = await StartAsync())
        {
            await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
            await audit.HearAsync(TimelineTests.Decided("other", 1, Samples.Noon, subject: Other) with { Stream = "9876543210abcdef0123" });
        }

        Copy(withKeys);
        JsonObject hold, restriction;
        await using (var audit = await StartAsync())
        {
            hold = await PlaceAsync(audit, "holds", new { site = Samples.Site, subject = Visitor, ground = "legal-claims", until = audit.Clock.At.AddYears(1) });
            restriction = await PlaceAsync(audit, "restrictions", new { site = Samples.Site, subject = Other, ground = "accuracy-contested" });
            await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        }

        PutBack(withKeys);
        await using var restored = await AuditWithLogs.StartOnlyAsync(_folder);

        var held = await OnlyAsync(restored, "holds");
        Assert.Equal((Word(hold, "id"), Word(hold, "at"), Word(hold, "until"), "in-force", "1"), (Word(held, "id"), Word(held, "at"), Word(held, "until"), Word(held, "state"), Word(held, "erasuresWaiting")));
        Assert.Equal(hold["persons"]!.ToJsonString(), held["persons"]!.ToJsonString());
        Assert.Equal((Word(restriction, "id"), "in-force"), (Word(await OnlyAsync(restored, "restrictions"), "id"), Word(await OnlyAsync(restored, "restrictions"), "state")));
        foreach (var person in (string[])[Visitor, Other])
            await ProblemOf.IsAsync(await restored.GetAsync($"/v1/audit/subjects/{person}/timeline?site={Samples.Site}", restored.Token("audit", Samples.Controller)), 403, "person-restricted");
        // Its source tells it again, because the cursor came back too.
        await restored.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        Assert.NotEmpty(await HeldOfAsync(restored, "first"));

        await LiftAsync(restored, hold);
        Assert.Empty(await HeldOfAsync(restored, "first"));
        Assert.NotEmpty(await HeldOfAsync(restored, "other"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatWasLiftedSince_StaysLifted_AndTheErasureThatWasCarriedOutIsNotUndone_AndNothingIsPutBackTwice(bool withKeys)
    {
        JsonObject hold;
        await using (var audit = await StartAsync())
        {
            await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
            hold = await PlaceAsync(audit, "holds", new { site = Samples.Site, subject = Visitor, ground = "legal-claims", until = audit.Clock.At.AddYears(1) });
            await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        }

        Copy(withKeys);
        DateTimeOffset liftedAt;
        await using (var audit = await StartAsync())
        {
            liftedAt = (DateTimeOffset)(await LiftAsync(audit, hold))["overAt"]!;
            Assert.Empty(await HeldOfAsync(audit, "first"));
        }

        PutBack(withKeys);
        var acts = new List<int>();
        for (var starts = 0; starts < 2; starts++)
        {
            await using var restored = await AuditWithLogs.StartOnlyAsync(_folder, ("Audit:HoldsEvery", "1.00:00:00"));
            Assert.Empty(await HeldOfAsync(restored, "first"));
            var held = await OnlyAsync(restored, "holds");
            Assert.Equal(("lifted", "0", liftedAt), (Word(held, "state"), Word(held, "erasuresWaiting"), (DateTimeOffset)held["overAt"]!));
            Assert.Contains("unknown-receipt", await (await restored.GetAsync("/v1/audit/trace/first", restored.Token("audit", Samples.Controller))).Content.ReadAsStringAsync(), StringComparison.Ordinal);
            // A copy that was still on its way.
            await restored.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
            Assert.Empty(await HeldOfAsync(restored, "first"));
            acts.Add((await restored.Of<HoldJournal>().ReadAsync(Samples.Site, default)).Acts.Count);
        }

        // Placed, the erasure waits, lifted, carried out.
        Assert.Equal([4, 4], acts);
    }

    [Fact]
    public async Task AnErasureThatTheBackupNeverHeardOf_AndThatWasCarriedOutSince_WaitsForNoHoldWhenItIsToldAgain()
    {
        await using (var audit = await StartAsync()) await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        Copy(withKeys: true);
        await using (var audit = await StartAsync())
        {
            var hold = await PlaceAsync(audit, "holds", new { site = Samples.Site, subject = Visitor, ground = "legal-claims", until = audit.Clock.At.AddYears(1) });
            await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
            await LiftAsync(audit, hold);
        }

        PutBack(withKeys: true);
        await using var restored = await AuditWithLogs.StartOnlyAsync(_folder);
        Assert.NotEmpty(await HeldOfAsync(restored, "first"));
        await PlaceAsync(restored, "holds", new { site = Samples.Site, subject = Visitor, ground = "legal-claims", until = restored.Clock.At.AddYears(1) });

        await restored.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        Assert.Empty(await HeldOfAsync(restored, "first"));
    }

    [Fact]
    public async Task AnActThatWasKeptAndNeverGotIntoTheLog_IsPutBackAtTheStart()
    {
        await using (var audit = await StartAsync())
        {
            await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
            var act = new HoldAct(
                RandomId.New(), audit.Clock.At, "developer", Samples.Site, Samples.Controller, [audit.Of<HoldJournal>().PersonOf(Samples.Site, Visitor)], "legal-claims", audit.Clock.At.AddDays(1));
            audit.Of<KeptHolds>().Keep(new KeptAct(HoldAct.HoldPlaced, act));
        }

        await using var again = await StartAsync();
        await again.HearAsync(WriteLogsTests.Erasure("erasure-1"));

        Assert.Equal(("in-force", "1"), (Word(await OnlyAsync(again, "holds"), "state"), Word(await OnlyAsync(again, "holds"), "erasuresWaiting")));
        Assert.NotEmpty(await HeldOfAsync(again, "first"));
    }

    private void Copy(bool withKeys)
    {
        if (withKeys) RestoredLogsTests.Copy(_folder.File("data"), _folder.File("copy"));
        else DataBackup.Take(_folder.File("data"), _folder.File("copy"));
    }

    private void PutBack(bool withKeys)
    {
        if (!withKeys)
        {
            DataBackup.Restore(_folder.File("copy"), _folder.File("data"), TimeProvider.System);
            return;
        }

        Directory.Delete(_folder.File("data"), recursive: true);
        RestoredLogsTests.Copy(_folder.File("copy"), _folder.File("data"));
    }

    private static string? Word(JsonObject of, string name) => of[name]?.ToString();

    private static string Officer(AuditWithLogs audit) => audit.Token("privacy-officer", Samples.Controller);

    private static async Task<JsonObject> PlaceAsync(AuditWithLogs audit, string what, object body) => await TimelineTests.ReadAsync(await audit.PostAsync($"/v1/audit/{what}", body, Officer(audit)));

    private static async Task<JsonObject> LiftAsync(AuditWithLogs audit, JsonObject hold) => await TimelineTests.ReadAsync(await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit)));

    private static async Task<JsonObject> OnlyAsync(AuditWithLogs audit, string what) =>
        Assert.Single((await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/{what}?site={Samples.Site}", Officer(audit))))["placed"]!.AsArray())!.AsObject();

    private static Task<List<Heard>> HeldOfAsync(AuditWithLogs audit, string record) => audit.Of<AuditLog>().ReadAsync(AuditLog.TraceOf(record), CancellationToken.None).AsTask();

    private async Task<AuditWithLogs> StartAsync()
    {
        var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        return audit;
    }
}
