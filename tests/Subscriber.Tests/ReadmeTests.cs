namespace Consent.Subscriber.Tests;

public sealed class ReadmeTests
{
    /// <summary>What Microsoft.NET.Sdk.Web imports by itself, which this project does not.</summary>
    private static readonly string[] Implicit = ["using Microsoft.AspNetCore.Builder;", "using Microsoft.Extensions.DependencyInjection;"];

    [Fact]
    public void Readme_SubscriberShown_IsWhatTheCompilerReadAndUnderTwentyLines()
    {
        var shown = Between(Embedded("README.md"), "```csharp\n", "```").Trim().Split('\n');
        var compiled = Embedded("ReadmeSubscriber.cs");
        var usings = shown.TakeWhile(IsUsing).ToList();
        var code = string.Join('\n', shown.Skip(usings.Count)).Trim();
        var method = string.Join('\n', Between(compiled, "// README\n", "// end of README").Split('\n').Select(Unindent)).Trim();

        Assert.Equal(method, code);
        Assert.Equal(compiled.Split('\n').Where(IsUsing).Except(Implicit), usings);
        Assert.True(shown.Count(line => line.Trim().Length > 0) < 20);
        Assert.True(Embedded("README.md").Count(c => c == '\n') <= 40);
    }

    private static bool IsUsing(string line) => line.StartsWith("using ", StringComparison.Ordinal);

    private static string Unindent(string line) => line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line;

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static string Embedded(string name)
    {
        using var reader = new StreamReader(typeof(ReadmeTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
