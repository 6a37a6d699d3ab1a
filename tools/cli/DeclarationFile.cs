using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Consent.Cli;

/// <summary>A declaration as it lies in a file; only its site is read here, the consent service judges the rest.</summary>
/// <param name="Site">Null when the file names none, or is not YAML.</param>
public sealed record DeclarationFile(string? Site, string Text)
{
    public static DeclarationFile Read(string text)
    {
        try
        {
            return new DeclarationFile(Root(text, out _)?["site"] is YamlScalarNode { Value.Length: > 0 } site ? site.Value : null, text);
        }
        catch (Exception e) when (e is YamlException or KeyNotFoundException)
        {
            return new DeclarationFile(null, text);
        }
    }

    /// <summary>The same declaration with these origins added, for a demonstration on an origin of its own.</summary>
    public DeclarationFile WithOrigins(IReadOnlyCollection<string> origins)
    {
        ArgumentNullException.ThrowIfNull(origins);
        if (origins.Count == 0 || Site is null || Root(Text, out var stream) is not { } root) return this;
        if (!root.Children.TryGetValue("origins", out var listed) || listed is not YamlSequenceNode list) return this;
        foreach (var origin in origins.Where(o => !list.Any(n => n is YamlScalarNode s && s.Value == o)))
            list.Add(new YamlScalarNode(origin) { Style = ScalarStyle.DoubleQuoted });
        using var writer = new StringWriter();
        stream.Save(writer, assignAnchors: false);
        return this with { Text = writer.ToString() };
    }

    private static YamlMappingNode? Root(string text, out YamlStream stream)
    {
        stream = [];
        using var reader = new StringReader(text);
        stream.Load(reader);
        return stream.Documents.FirstOrDefault()?.RootNode as YamlMappingNode;
    }
}
