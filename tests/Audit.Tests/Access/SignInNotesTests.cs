using System.Security.Claims;
using Consent.Audit.Access;

namespace Consent.Audit.Tests.Access;

public sealed class SignInNotesTests
{
    private static readonly string[] Known = ["bakkers", "tuinhuis"];

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
