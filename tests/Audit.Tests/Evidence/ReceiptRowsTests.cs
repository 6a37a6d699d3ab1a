using System.Security.Claims;
using System.Text.Json.Nodes;
using Consent.Audit.Evidence;
using Consent.Audit.Tests.Logs;
using Consent.Audit.Timelines;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Evidence;

public sealed class ReceiptRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Who_is_restricted_while_an_export_is_written_is_left_out_of_the_rest()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        foreach (var (id, subject) in ((string, string)[])[("one", "1111111111abcdef0123456789abcdef"), ("two", "2222222222abcdef0123456789abcdef"), ("three", "3333333333abcdef0123456789abcdef")])
        {
            var choice = Samples.Choice(id);
            await audit.HearAsync(choice with { Receipt = choice.Receipt with { SubjectId = subject } });
        }

        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim("controller", "*")], "test"));
        var wanted = new ReceiptFilter(Samples.Site, null, null, null, DateTimeOffset.MaxValue);
        await using var rows = audit.Of<ReceiptRows>().ReadAsync(user, Samples.Site, wanted, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await rows.MoveNextAsync());
        Assert.Equal("one", rows.Current.Receipt.Id);

        using var placed = await audit.PostAsync(
            "/v1/audit/restrictions", new JsonObject { ["site"] = Samples.Site, ["subject"] = "2222222222abcdef0123456789abcdef", ["ground"] = "objection-pending" },
            audit.Token("privacy-officer", Samples.Controller));
        Assert.True(placed.IsSuccessStatusCode);
        audit.Clock.Pass(TimeSpan.FromSeconds(1));
        Assert.True(await rows.MoveNextAsync());
        Assert.Equal("three", rows.Current.Receipt.Id);
        Assert.False(await rows.MoveNextAsync());
    }
}
