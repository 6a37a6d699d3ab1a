namespace Consent.Containers.Tests;

/// <summary>Policies as rules of nft, by the words of the API.</summary>
public sealed class PodRulesTests
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal) { ["app"] = "a" };
    private static readonly (string, IReadOnlyDictionary<string, string>)[] Pods =
        [("10.1.1.1", Labels), ("10.1.1.2", new Dictionary<string, string>(StringComparer.Ordinal) { ["app"] = "b" })];

    [Fact]
    public void A_pod_that_no_policy_selects_is_open_both_ways()
    {
        var rules = Rules("{ podSelector: { matchLabels: { app: other } }, policyTypes: [Ingress, Egress] }");

        Assert.Equal(2, rules.Split("policy accept").Length - 1);
    }

    [Fact]
    public void A_selected_pod_is_closed_in_the_directions_that_are_named_but_for_what_a_rule_allows()
    {
        var rules = Rules("{ podSelector: {}, policyTypes: [Ingress], ingress: [{ ports: [{ protocol: TCP, port: http }], from: [{ podSelector: { matchLabels: { app: b } } }] }] }");

        Assert.Contains("hook input priority 0; policy drop", rules, StringComparison.Ordinal);
        Assert.Contains("hook output priority 0; policy accept", rules, StringComparison.Ordinal);
        Assert.Contains("ip saddr 10.1.1.2 tcp dport 8080 accept", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("10.1.1.1 ", rules, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_leaves_out_what_it_excepts_and_pods_of_other_namespaces_are_none_here()
    {
        var rules = Rules("""
            { podSelector: {}, policyTypes: [Egress], egress: [
              { to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8, 192.168.0.0/16] } }, { namespaceSelector: {}, podSelector: {} }], ports: [{ port: 443 }] }] }
            """);

        Assert.Contains("ip daddr 0.0.0.0/0 ip daddr != { 10.0.0.0/8, 192.168.0.0/16 } tcp dport 443 accept", rules, StringComparison.Ordinal);
        Assert.Single(rules.Split('\n'), line => line.Contains("dport", StringComparison.Ordinal));
    }

    private static string Rules(string spec) => PodRules.Of(
        Manifests.Read($"kind: NetworkPolicy\nspec: {spec}").OfKind("NetworkPolicy"), Labels,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["http"] = "8080" }, Pods, "10.1.1.254");
}
