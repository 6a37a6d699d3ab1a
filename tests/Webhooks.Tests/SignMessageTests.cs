using System.Text;

namespace Consent.Webhooks.Tests;

public sealed class SignMessageTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// <summary>The example that the libraries of Standard Webhooks are tested with.</summary>
    [Fact]
    public void Signatures_OfThePublishedExample_AreThePublishedOnes() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        SignMessage.Signatures([Secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));

    [Fact]
    public void Signatures_OfTwoSecrets_StandSideBySide()
    {
        var other = SignMessage.NewSecret();
        var both = SignMessage.Signatures([other, Secret], "id", 1, "{}"u8);
        Assert.Equal($"{SignMessage.Signatures([other], "id", 1, "{}"u8)} {SignMessage.Signatures([Secret], "id", 1, "{}"u8)}", both);
    }

    [Fact]
    public void NewSecret_IsOf256RandomBits()
    {
        var (one, other) = (SignMessage.NewSecret(), SignMessage.NewSecret());
        Assert.NotEqual(one, other);
        Assert.StartsWith("whsec_", one, StringComparison.Ordinal);
        Assert.Equal(32, Convert.FromBase64String(one["whsec_".Length..]).Length);
    }
}
