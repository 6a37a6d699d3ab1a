using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Audit.Holds;
using Consent.Audit.Tests.Logs;
using Consent.Audit.Tests.Timelines;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Consent.Audit.Tests.Holds;

/// <summary>What lies outside of the data of holds and restrictions: whom it names and for how long, and what happens where it cannot be written or read.</summary>
public sealed class KeptHoldsTests : IDisposable
{
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private readonly TemporaryFolder _folder = new();

    private string Kept => Path.Combine(_folder.File("data.checkpoints"), "holds");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatIsKept_IsSealed_AndNamesNobodyOnceHeIsErased_AlsoAfterAStart()
    {
        string person;
        await using (var audit = await StartAsync())
        {
            person = audit.Of<HoldJournal>().PersonOf(Samples.Site, Visitor);
            await PlaceAsync(audit, "restrictions", new { site = Samples.Site, subject = Visitor, ground = "accuracy-contested" });
            var hold = await PlaceAsync(audit, "holds", OfTheVisitor(audit));
            await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
            Assert.All(audit.Of<KeptHolds>().Read(), one => Assert.Equal(person, Assert.Single(one.Act.Persons!)));
            foreach (var word in (string[])[Visitor, person, Samples.Controller, "developer", "legal-claims", "erasure-1"])
                Assert.All(Directory.GetFiles(Kept), file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(word))));

            await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit));
            Assert.Empty(await HeldOfAsync(audit, "first"));
            NamesNobody(audit, 5);
        }

        await using var again = await StartAsync();
        NamesNobody(again, 5);
        Assert.Equal("in-force", (string?)Assert.Single(await PlacedAsync(again, "restrictions"))!["state"]);
    }

    [Fact]
    public async Task WhoIsErasedAtOnce_IsNamedByNoRestrictionThatIsKept_AndWhoseHoldWasLifted_ByNoHold()
    {
        await using var audit = await StartAsync();
        var hold = await PlaceAsync(audit, "holds", OfTheVisitor(audit));
        await PlaceAsync(audit, "restrictions", new { site = Samples.Site, subject = Visitor, ground = "accuracy-contested" });
        await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit));
        Assert.Single(audit.Of<KeptHolds>().Read(), one => one.Act.Persons is not null);

        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        NamesNobody(audit, 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhoseTermIsOver_IsNamedStillByTheRestrictionThatIsKept_BecauseItGoesOn(bool waits)
    {
        await using var audit = await StartAsync();
        await PlaceAsync(audit, "restrictions", new { site = Samples.Site, subject = Visitor, ground = "accuracy-contested" });
        var hold = waits ? await PlaceAsync(audit, "holds", OfTheVisitor(audit)) : null;
        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1") with { Reason = ErasureReason.Retention });
        if (hold is not null) await TimelineTests.ReadAsync(await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit)));

        Assert.Empty(await HeldOfAsync(audit, "first"));
        var named = Assert.Single(audit.Of<KeptHolds>().Read(), one => one.Act.Persons is not null);
        Assert.Equal((HoldAct.Restricted, audit.Of<HoldJournal>().PersonOf(Samples.Site, Visitor)), (named.Kind, Assert.Single(named.Act.Persons!)));
    }

    [Fact]
    public async Task ALiftThatTheLogHasTaken_IsAnsweredAsDone_AndWhomItHeldIsTakenOutOfWhatIsKeptLater_WhereThatFailsJustNow()
    {
        await using var audit = await StartAsync();
        var hold = await PlaceAsync(audit, "holds", OfTheVisitor(audit));
        var file = Assert.Single(Directory.GetFiles(Kept));
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes[..^1]);

        var lifted = await TimelineTests.ReadAsync(await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit)));
        Assert.Equal("lifted", (string?)lifted["state"]);

        await File.WriteAllBytesAsync(file, bytes);
        await audit.Of<CarryOutErasures>().RunAsync(CancellationToken.None);
        NamesNobody(audit, 2);
    }

    [Fact]
    public async Task WhereItCannotBeKept_NothingIsPlacedOrLifted_AndAHeldPersonsErasureIsNotTakenAsHeard()
    {
        await using var audit = await StartAsync();
        Block();
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/holds", OfTheVisitor(audit), Officer(audit)), 503, "hold-not-kept");
        var told = await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/restrictions", new { site = Samples.Site, subject = Visitor, ground = "accuracy-contested" }, Officer(audit)), 503, "hold-not-kept");
        Assert.Contains("Audit:Checkpoints", (string?)told["detail"], StringComparison.Ordinal);
        Assert.Empty(await PlacedAsync(audit, "holds"));
        Assert.Empty(await PlacedAsync(audit, "restrictions"));
        Unblock();

        var hold = await PlaceAsync(audit, "holds", OfTheVisitor(audit));
        Block();
        await ProblemOf.IsAsync(await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit)), 503, "hold-not-kept");
        await Assert.ThrowsAsync<HoldsNotKeptException>(() => audit.HearAsync(WriteLogsTests.Erasure("erasure-1")));
        Assert.Equal(("in-force", 0), ((string?)(await PlacedAsync(audit, "holds"))[0]!["state"], (int)(await PlacedAsync(audit, "holds"))[0]!["erasuresWaiting"]!));
        Assert.NotEmpty(await HeldOfAsync(audit, "first"));
        Assert.DoesNotContain(audit.Outbox.Of<ConsentApplied>(), a => a.RecordId == "erasure-1");
        Unblock();

        await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
        await TimelineTests.ReadAsync(await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit)));
        Assert.Empty(await HeldOfAsync(audit, "first"));
    }

    [Fact]
    public async Task ALiftThatTheLogDidNotTake_IsAnsweredAsFailed_AndComesAboutAtNoLaterStart()
    {
        await using (var audit = await StartAsync())
        {
            var hold = await PlaceAsync(audit, "holds", OfTheVisitor(audit));
            await audit.HearAsync(WriteLogsTests.Erasure("erasure-1"));
            await using var other = new SqliteConnection($"Data Source={_folder.File("data", "audit", "log.db")};Pooling=False");
            await other.OpenAsync();
            await using (var locking = new SqliteCommand("BEGIN IMMEDIATE", other)) await locking.ExecuteNonQueryAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit))).StatusCode);
            await using (var opening = new SqliteCommand("ROLLBACK", other)) await opening.ExecuteNonQueryAsync();
        }

        await using var again = await StartAsync();
        var held = Assert.Single(await PlacedAsync(again, "holds"))!;
        Assert.Equal(("in-force", 1), ((string?)held["state"], (int)held["erasuresWaiting"]!));
        Assert.NotEmpty(await HeldOfAsync(again, "first"));
    }

    [Fact]
    public async Task AFileThatACrashLeftHalfWritten_IsNoAct_AndGoes()
    {
        await using (var audit = await StartAsync()) await PlaceAsync(audit, "holds", OfTheVisitor(audit));
        var whole = Assert.Single(Directory.GetFiles(Kept));
        await File.WriteAllBytesAsync($"{whole}.{RandomId.New()}.new", (await File.ReadAllBytesAsync(whole))[..20]);

        await using var again = await StartAsync();
        Assert.Equal("in-force", (string?)Assert.Single(await PlacedAsync(again, "holds"))!["state"]);
        Assert.Equal(whole, Assert.Single(Directory.GetFiles(Kept)));
    }

    [Theory]
    [InlineData("cut short")]
    [InlineData("empty")]
    [InlineData("a bit flipped")]
    [InlineData("another's name")]
    public async Task AFileThatDoesNotOpen_RefusesTheStart_AndSaysWhatToDo(string damage)
    {
        await using var audit = await StartAsync();
        await PlaceAsync(audit, "holds", OfTheVisitor(audit));
        var file = Assert.Single(Directory.GetFiles(Kept));
        var bytes = await File.ReadAllBytesAsync(file);
        if (damage == "another's name") File.Move(file, Path.Combine(Kept, "0123456789abcdef0123.hold"));
        else await File.WriteAllBytesAsync(file, damage == "empty" ? [] : damage == "cut short" ? bytes[..^1] : [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);

        // As at the start, before anything is heard.
        var refused = await Assert.ThrowsAsync<HoldsNotKeptException>(() => audit.Of<PutBackHolds>().StartingAsync(default));
        Assert.Contains("put back", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderThatIsLost_OrWasNeverThere_IsFilledFromTheLog()
    {
        int before;
        await using (var audit = await StartAsync())
        {
            var hold = await PlaceAsync(audit, "holds", OfTheVisitor(audit));
            await PlaceAsync(audit, "holds", OfTheVisitor(audit));
            await audit.DeleteAsync($"/v1/audit/holds/{(string?)hold["id"]}", Officer(audit));
            before = audit.Of<KeptHolds>().Read().Count;
        }

        Directory.Delete(Kept, recursive: true);
        await using var again = await StartAsync();

        var kept = again.Of<KeptHolds>().Read();
        Assert.Equal((3, 3), (before, kept.Count));
        // The one in force alone says of whom.
        Assert.Equal((string?)(await PlacedAsync(again, "holds")).First(h => (string?)h!["state"] == "in-force")!["id"], Assert.Single(kept, one => one.Act.Persons is not null).Act.Id);
    }

    private static void NamesNobody(AuditWithLogs audit, int acts)
    {
        var kept = audit.Of<KeptHolds>().Read();
        Assert.Equal(acts, kept.Count);
        Assert.All(kept, one => Assert.Null(one.Act.Persons));
    }

    /// <summary>Where a folder must be is a file: so nobody can write there, root no more than others.</summary>
    private void Block()
    {
        if (Directory.Exists(Kept)) Directory.Move(Kept, $"{Kept}.aside");
        Directory.CreateDirectory(Path.GetDirectoryName(Kept)!);
        File.WriteAllText(Kept, "");
    }

    private void Unblock()
    {
        File.Delete(Kept);
        if (Directory.Exists($"{Kept}.aside")) Directory.Move($"{Kept}.aside", Kept);
    }

    private static object OfTheVisitor(AuditWithLogs audit) => new { site = Samples.Site, subject = Visitor, ground = "legal-claims", until = audit.Clock.At.AddYears(1) };

    private static string Officer(AuditWithLogs audit) => audit.Token("privacy-officer", Samples.Controller);

    private static async Task<JsonObject> PlaceAsync(AuditWithLogs audit, string what, object body) => await TimelineTests.ReadAsync(await audit.PostAsync($"/v1/audit/{what}", body, Officer(audit)));

    private static async Task<JsonArray> PlacedAsync(AuditWithLogs audit, string what) =>
        (await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/{what}?site={Samples.Site}", Officer(audit))))["placed"]!.AsArray();

    private static Task<List<Heard>> HeldOfAsync(AuditWithLogs audit, string record) => audit.Of<AuditLog>().ReadAsync(AuditLog.TraceOf(record), CancellationToken.None).AsTask();

    private async Task<AuditWithLogs> StartAsync()
    {
        var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        return audit;
    }
}
