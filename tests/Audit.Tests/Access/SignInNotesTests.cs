using System.Security.Claims;
using Consent.Audit.Access;
using Consent.Audit.Logs;
using Consent.Audit.Tests.Pages;
using Consent.Storage;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Audit.Tests.Access;

public sealed class SignInNotesTests
{
    private static readonly string[] Known = ["bakkers", "tuinhuis"];

    [Fact]
    public async Task ASignIn_BeforeAnythingWasRead_IsNotedInTheLogOfTheController()
    {
        using var folder = new TemporaryFolder();
        await using var audit = await AuditWithPages.StartAsync(folder);
        await audit.HearDeclarationAsync();
        var unread = new LogSites(audit.Services.GetRequiredKeyedService<IRecordLog>(AuditSetup.Service), audit.Services.GetRequiredService<AuditLog>());
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "auditor"), new Claim("scope", "audit"), new Claim("controller", Samples.Controller)], "test"));

        await new SignInNotes(audit.Services.GetRequiredService<AccessNotes>(), unread).NoteAsync(user, "sign-in", TestContext.Current.CancellationToken);

        var noted = Assert.Single(await audit.LooksAsync());
        Assert.Equal(("sign-in", "auditor", Samples.Controller), (noted.What, noted.By, noted.Controller));
    }

    [Theory]
    [InlineData("audit", "controller=tuinhuis", "/tuinhuis")]
    [InlineData("audit", "controller=tuinhuis controller=nobody", "/tuinhuis")]
    [InlineData("audit", "controller=*", "/bakkers /tuinhuis")]
    [InlineData("admin", "", "/bakkers /tuinhuis")]
    [InlineData("audit", "site=tuin", "tuin/tuinhuis")]
    [InlineData("audit", "controller=tuinhuis site=tuin", "/tuinhuis")]
    [InlineData("audit", "site=nowhere", "/")]
    [InlineData("operator", "", "/")]
    public void ASignIn_IsNotedWhereSomethingIsOpen(string scope, string claims, string expected)
    {
        var all = claims.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => new Claim(c.Split('=')[0], c.Split('=')[1])).Append(new Claim("scope", scope));
        var user = new ClaimsPrincipal(new ClaimsIdentity(all, "test"));

        var noted = SignInNotes.WhoseLogs(user, Known, site => site == "tuin" ? "tuinhuis" : null);

        Assert.Equal(expected, string.Join(' ', noted.Select(n => $"{n.Site}/{n.Controller}")));
    }
}
