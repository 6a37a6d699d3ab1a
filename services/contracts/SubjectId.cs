using System.Text.RegularExpressions;

namespace Consent.Contracts;

/// <summary>
/// The pseudonyms that a person goes under. A visitor id is 32 lower-case hexadecimal digits, made by the browser at the
/// first choice. An address id is <c>a{key version}-{64 hexadecimal digits}</c>: HMAC-SHA-256 of the normalised address
/// under a key of the controller. Routes without a token accept visitor ids only.
/// </summary>
public static partial class SubjectId
{
    public static bool IsVisitor(string? id) => id is not null && Visitor().IsMatch(id);

    public static bool IsAddress(string? id) => id is not null && Address().IsMatch(id);

    public static bool IsValid(string? id) => IsVisitor(id) || IsAddress(id);

    [GeneratedRegex("^[0-9a-f]{32}\\z")]
    private static partial Regex Visitor();

    [GeneratedRegex("^a[1-9][0-9]{0,5}-[0-9a-f]{64}\\z")]
    private static partial Regex Address();
}
