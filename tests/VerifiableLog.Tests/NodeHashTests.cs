using System.Text;

namespace Consent.VerifiableLog.Tests;

public class NodeHashTests
{
    /// <summary>RFC 6962, 2.1.3, and the known roots of certificate transparency's reference tests.</summary>
    [Fact]
    public void AnEntry_TwoChildren_AndNothing_AreHashedAsRfc6962Says()
    {
        Assert.Equal("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", NodeHash.Empty.ToString());
        Assert.Equal("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", Hex(NodeHash.OfEntry([])));
        Assert.Equal("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125", Hex(NodeHash.OfChildren(NodeHash.OfEntry([]), NodeHash.OfEntry([0]))));
        Assert.NotEqual(NodeHash.OfEntry(Encoding.UTF8.GetBytes("a")), NodeHash.OfEntry(Encoding.UTF8.GetBytes("b")));
        Assert.Throws<ArgumentException>(() => NodeHash.Of(new byte[31]));
    }

    private static string Hex(NodeHash hash) => Convert.ToHexStringLower(hash.ToArray());
}
