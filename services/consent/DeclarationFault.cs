namespace Consent.ConsentService;

/// <summary>One thing that is wrong with a declaration, and what to do about it.</summary>
/// <param name="Path">JSON Pointer (RFC 6901) to the member concerned, such as <c>/purposes/2/vendors/0</c>; empty for the whole text.</param>
/// <param name="Reason">A sentence that says what to do.</param>
/// <param name="Line">Line of the text, from 1, when reading it stopped there.</param>
public sealed record DeclarationFault(string Path, string Reason, int? Line = null);
