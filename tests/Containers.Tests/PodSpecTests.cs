namespace Consent.Containers.Tests;

/// <summary>The stand-in of the kubelet reads a pod as a kubelet does.</summary>
public sealed class PodSpecTests
{
    [Fact]
    public void Variables_come_from_Secrets_and_are_put_together_of_those_before_them()
    {
        var spec = Read("[{ name: USER, valueFrom: { secretKeyRef: { name: s, key: user } } }, { name: ADDRESS, value: \"amqp://$(USER)@$(LATER)/\" }, { name: LATER, value: x }]");

        Assert.Equal("amqp://reader@$(LATER)/", spec.Setting("ADDRESS"));
        Assert.Equal(["USER", "ADDRESS", "LATER"], spec.Environment.Select(e => e.Key));
    }

    [Fact]
    public void A_value_of_two_lines_is_refused_because_the_container_would_not_get_it_whole() =>
        Assert.Throws<InvalidOperationException>(() => Read("[{ name: TWO, value: \"a\\nb\" }]"));

    [Fact]
    public void Rights_limits_and_the_probe_are_those_of_the_manifest_and_no_others()
    {
        var spec = Read("[]");

        Assert.Equal(
            ["--user", "1654:1654", "--cap-drop", "ALL", "--security-opt=no-new-privileges", "--security-opt=seccomp=unconfined", "--memory", "268435456b", "--cpus", "0.5"],
            spec.Rights);
        Assert.Equal(":8080/health/ready", spec.Readiness);
        Assert.Equal(TimeSpan.FromSeconds(40), spec.Grace);
    }

    private static PodSpec Read(string env)
    {
        var manifests = Manifests.Read($$"""
            kind: Secret
            metadata: { name: s }
            stringData: { user: reader }
            ---
            kind: Deployment
            metadata: { name: consent-audit }
            spec:
              template:
                metadata: { labels: { app: audit } }
                spec:
                  terminationGracePeriodSeconds: 40
                  securityContext: { runAsUser: 1654, runAsGroup: 1654, fsGroup: 1654 }
                  containers:
                    - image: localhost/consent/audit:1
                      ports: [{ name: http, containerPort: 8080 }]
                      env: {{env}}
                      readinessProbe: { httpGet: { path: /health/ready, port: http } }
                      resources: { limits: { cpu: 500m, memory: 256Mi } }
                      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
            """);
        return PodSpec.Of(manifests.OfKind("Deployment").Single(), manifests);
    }
}
