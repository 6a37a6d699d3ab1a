using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Consent.Containers.Tests;

/// <summary>Every type to which a library of an image refers is in the image: what was left out of it, and what was reduced, is called by nothing.</summary>
public sealed class ImageReferencesTests
{
    /// <summary>Left out on purpose: YARP hashes by it for one way of affinity, which the gateway does not use.</summary>
    private const string NeverCalled = "Yarp.ReverseProxy refers to System.IO.Hashing";

    /// <summary>All services in one process come without the library of Azure Cosmos DB, and say so where it is asked for.</summary>
    private static readonly string[] RefusedByTheHost = ["Consent.Storage refers to Microsoft.Azure.Cosmos.Client", "Consent.Storage refers to Azure.Core"];

    public static TheoryData<string> Images => ImageArchive.All;

    [Theory]
    [MemberData(nameof(Images))]
    public void Every_type_that_is_referred_to_is_there(string name)
    {
        var libraries = Libraries(name);
        string[] allowed = name == "host" ? [NeverCalled, .. RefusedByTheHost] : [NeverCalled];
        var missing = from library in libraries.Values
                      from wanted in library.Wanted
                      where !Holds(libraries, wanted.In, wanted.Type) && !allowed.Contains($"{library.Name} refers to {wanted.In}", StringComparer.Ordinal)
                      select $"{library.Name} refers to {wanted.Type} of {wanted.In}";

        Assert.Empty(missing);
    }

    [Fact]
    public void One_that_is_missing_is_noticed()
    {
        var libraries = Libraries("gateway");
        Assert.True(libraries.Remove("System.Net.Http"));

        Assert.Contains(libraries.Values, l => l.Wanted.Any(w => !Holds(libraries, w.In, w.Type)));
    }

    /// <summary>Whether the library holds the type, or says that another does which holds it.</summary>
    private static bool Holds(Dictionary<string, Library> libraries, string library, string type) =>
        libraries.TryGetValue(library, out var found) && (found.Types.Contains(type) || (found.Elsewhere.TryGetValue(type, out var other) && Holds(libraries, other, type)));

    private static Dictionary<string, Library> Libraries(string name) => ImageArchive.Of(name).Files.Values
        .Where(f => f.Path.EndsWith(".dll", StringComparison.Ordinal)).Select(f => Read(f.Content)).ToDictionary(l => l.Name, StringComparer.Ordinal);

    private static Library Read(byte[] content)
    {
        using var file = new PEReader(new MemoryStream(content));
        var from = file.GetMetadataReader();
        string Full(StringHandle space, StringHandle name) => $"{from.GetString(space)}.{from.GetString(name)}";
        var types = from.TypeDefinitions.Select(from.GetTypeDefinition).Where(t => !t.IsNested).Select(t => Full(t.Namespace, t.Name)).ToHashSet(StringComparer.Ordinal);
        var elsewhere = from.ExportedTypes.Select(from.GetExportedType).Where(t => t.Implementation.Kind is HandleKind.AssemblyReference)
            .ToDictionary(t => Full(t.Namespace, t.Name), t => Named(from, t.Implementation), StringComparer.Ordinal);
        var wanted = from.TypeReferences.Select(from.GetTypeReference).Where(t => t.ResolutionScope.Kind is HandleKind.AssemblyReference)
            .Select(t => (Named(from, t.ResolutionScope), Full(t.Namespace, t.Name))).ToList();
        return new(from.GetString(from.GetAssemblyDefinition().Name), types, elsewhere, wanted);
    }

    private static string Named(MetadataReader from, EntityHandle reference) => from.GetString(from.GetAssemblyReference((AssemblyReferenceHandle)reference).Name);

    private sealed record Library(string Name, HashSet<string> Types, Dictionary<string, string> Elsewhere, List<(string In, string Type)> Wanted);
}
