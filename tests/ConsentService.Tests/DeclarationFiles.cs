using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>The declarations that tests read: the shipped samples, and one with the changes that make it invalid.</summary>
internal static class DeclarationFiles
{
    public static string Samples { get; } = Path.Combine(Repository.Root, "tools", "declarations");

    public static string Invalid { get; } = Path.Combine(Repository.Root, "tests", "ConsentService.Tests", "declarations", "invalid");

    public static string SmallestFile { get; } = Path.Combine(Repository.Root, "tests", "ConsentService.Tests", "declarations", "smallest.yaml");

    private static readonly Lazy<JsonObject> _smallest = new(() => Tree(SmallestFile));

    public static JsonObject Smallest() => _smallest.Value.DeepClone().AsObject();

    public static JsonObject Tree(string file)
    {
        var (node, fault) = ReadDeclaration.Of(File.ReadAllBytes(file), "application/yaml");
        Assert.Null(fault);
        return Assert.IsType<JsonObject>(node);
    }

    public static Declaration Sample(string site)
    {
        var (declaration, faults) = ValidateDeclaration.Of(Tree(Path.Combine(Samples, site + ".yaml")));
        Assert.Empty(faults);
        return declaration!;
    }

    /// <summary>Sets the member at the JSON Pointer, or removes it when the change has no value.</summary>
    public static void Change(JsonObject document, string pointer, bool hasValue, JsonNode? value)
    {
        var steps = pointer[1..].Split('/').Select(step => step.Replace("~1", "/").Replace("~0", "~")).ToArray();
        var holder = steps[..^1].Aggregate((JsonNode)document, (node, step) => node is JsonArray items ? items[int.Parse(step)]! : node[step]!);
        switch (holder)
        {
            case JsonArray items when hasValue:
                items[int.Parse(steps[^1])] = value;
                break;
            case JsonObject members when hasValue:
                members[steps[^1]] = value;
                break;
            default:
                Assert.True(holder.AsObject().Remove(steps[^1]));
                break;
        }
    }
}
