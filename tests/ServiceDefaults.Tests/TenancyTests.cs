using System.Security.Claims;

namespace Consent.ServiceDefaults.Tests;

public sealed class TenancyTests
{
    [Theory]
    [InlineData("site", "weefgoed", true)]
    [InlineData("site", "raadhuis", false)]
    [InlineData("controller", "weefhuis", true)]
    [InlineData("controller", "*", true)]
    [InlineData("controller", "raadhuis-bv", false)]
    [InlineData("scope", "admin", true)]
    [InlineData("scope", "consent marketing audit", false)]
    [InlineData("site", "*", false)]
    public void Allows_ByClaim(string claim, string value, bool expected)
    {
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(claim, value)], "test"));

        Assert.Equal(expected, Tenancy.Allows(user, "weefgoed", "weefhuis"));
    }

    [Fact]
    public void Allows_WithNoClaims_Nothing() => Assert.False(Tenancy.Allows(new ClaimsPrincipal(new ClaimsIdentity()), "weefgoed", null));
}
