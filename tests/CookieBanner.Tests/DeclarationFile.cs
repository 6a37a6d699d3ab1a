using Consent.ConsentService;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.CookieBanner.Tests;

/// <summary>The declarations of the demonstration's sites, as the consent service reads them.</summary>
internal static class DeclarationFile
{
    public static Declaration Read(string site)
    {
        var (document, fault) = ReadDeclaration.Of(File.ReadAllBytes(Path.Combine(Repository.Root, $"tools/declarations/{site}.yaml")));
        Assert.Null(fault);
        var (declaration, faults) = ValidateDeclaration.Of(document);
        Assert.Empty(faults);
        return declaration!;
    }
}
