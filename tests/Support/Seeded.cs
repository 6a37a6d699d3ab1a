using System.Globalization;
using System.Security.Cryptography;
using FsCheck;

namespace Consent.Tests.Support;

/// <summary>
/// Property checks that say with which seed they ran, passed or failed, so that every run can be repeated: set
/// <c>CONSENT_SEED</c> to the two numbers printed. <c>CONSENT_TORTURE</c> multiplies the cases.
/// </summary>
public static class Seeded
{
    /// <summary>
    /// A seed for choices that are not FsCheck's, such as which process is killed when: the first number of <c>CONSENT_SEED</c>, or a
    /// new one, printed. The choices are repeated by it; how the machine interleaves what they set going is not.
    /// </summary>
    public static int Choices(string of)
    {
        var given = Environment.GetEnvironmentVariable("CONSENT_SEED")?.Split(',')[0];
        var seed = given is null ? RandomNumberGenerator.GetInt32(int.MaxValue) : int.Parse(given, CultureInfo.InvariantCulture);
        Console.WriteLine($"{of}: seed {seed}");
        return seed;
    }

    public static void Check(Property property, int cases)
    {
        var given = Environment.GetEnvironmentVariable("CONSENT_SEED")?.Split(',');
        var seed = given is [var first, ..] ? ulong.Parse(first, CultureInfo.InvariantCulture) : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        // Gamma has to be odd.
        var gamma = given is [_, var second] ? ulong.Parse(second, CultureInfo.InvariantCulture) : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;
        cases *= int.Parse(Environment.GetEnvironmentVariable("CONSENT_TORTURE") ?? "1", CultureInfo.InvariantCulture);
        Console.WriteLine($"{cases} cases, seed {seed},{gamma}");
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(seed, gamma).WithQuietOnSuccess(true));
    }
}
