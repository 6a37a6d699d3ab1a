using System.Security.Cryptography;

namespace Consent.Contracts;

/// <summary>128 bits from the CSPRNG, as 32 lower-case hexadecimal digits.</summary>
public static class RandomId
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
