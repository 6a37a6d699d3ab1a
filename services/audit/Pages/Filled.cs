namespace Consent.Audit.Pages;

/// <summary>What stands in the fields of a form when it is shown.</summary>
/// <param name="Typed">What was filled in before, by the name of the field.</param>
/// <param name="Faulty">The field that is the matter; null where none is.</param>
/// <param name="Fault">What to do about it.</param>
internal sealed record Filled(Func<string, string?> Typed, string? Faulty = null, string? Fault = null)
{
    public static Filled Nothing { get; } = new(_ => null);

    public string? FaultOf(string name) => name == Faulty ? Fault : null;

    /// <summary>See <see cref="Html.Field"/>.</summary>
    public string Field(string label, string name, string id, string type = "text", string? hint = null, bool required = false, string attributes = "") =>
        Html.Field(label, name, id, type, hint, required, attributes, Typed(name), FaultOf(name));
}
