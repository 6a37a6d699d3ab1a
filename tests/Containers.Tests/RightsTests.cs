namespace Consent.Containers.Tests;

/// <summary>What the kernel says of the processes in the pods: the chart's security context, in force, and the product runs under it.</summary>
[Collection(OnSqlite.Name)]
public sealed class RightsTests(RunningOnSqlite running)
{
    [Fact]
    public async Task Every_process_runs_as_the_images_user_without_a_right_behind_a_filter_of_calls_and_on_a_root_that_it_cannot_write()
    {
        foreach (var pod in running.Containers.Cluster.Pods.Values)
        {
            var process = (await running.Containers.Cluster.Podman.RunAsync("inspect", "--format", "{{.State.Pid}}", pod.Name)).Trim();
            var status = (await File.ReadAllLinesAsync($"/proc/{process}/status")).Select(line => line.Split(':', 2)).ToDictionary(l => l[0], l => l[1].Trim(), StringComparer.Ordinal);

            Assert.Equal("1654\t1654\t1654\t1654", status["Uid"]);
            Assert.Equal("1654\t1654\t1654\t1654", status["Gid"]);
            foreach (var set in (string[])["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) Assert.Equal("0000000000000000", status[set]);
            Assert.Equal("1", status["NoNewPrivs"]);
            Assert.Equal("2", status["Seccomp"]);
            var root = (await File.ReadAllLinesAsync($"/proc/{process}/mountinfo")).Select(line => line.Split(' ')).Single(m => m[4] == "/");
            Assert.Contains("ro", root[5].Split(','));
        }
    }

    [Fact]
    public async Task Every_process_ends_by_itself_when_it_is_told_to_and_leaves_within_its_grace()
    {
        var pod = running.Containers.Cluster.PodsOf("webhooks").Single();

        Assert.Equal(0, await pod.StopAsync());

        await pod.StartAsync();
        await running.Containers.Cluster.ReadyAsync(pod);
    }
}
