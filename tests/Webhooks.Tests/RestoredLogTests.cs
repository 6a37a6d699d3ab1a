using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Webhooks.Tests;

public sealed class RestoredLogTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task What_was_told_of_records_that_the_log_lost_stays_under_a_warning_and_is_looked_at_ever_more_seldom_until_the_person_decides_again()
    {
        await using var receiver = await Receiver.StartAsync();
        WebhookEndpoint endpoint;
        await using (var app = await WebhooksApp.StartAsync(_data.Path))
        {
            (endpoint, _) = await app.EndpointAsync(receiver.Url);
            await app.DecideAsync(9, until: Sample.Start.AddDays(100));
            await app.StandAsync(endpoint, "delivered");
        }
        // The state is gone, and is loaded from a log that came out of an old backup.
        foreach (var file in Directory.GetFiles(_data.File(WebhooksSetup.Service), "subscriber.db*")) File.Delete(file);
        await using var again = await WebhooksApp.StartAsync(_data.Path, Sample.Start.AddDays(1));
        await again.LoadAsync(Sample.Event(Sample.Receipt(3, Decision.Given, Sample.Start, until: Sample.Start.AddDays(300))));

        again.Clock.At = Sample.Start.AddDays(100);
        await PutOffAsync(TimeSpan.FromMinutes(1));
        again.Clock.Pass(TimeSpan.FromMinutes(10));
        await PutOffAsync(TimeSpan.FromMinutes(10));
        again.Clock.Pass(TimeSpan.FromDays(10));
        await PutOffAsync(TimeSpan.FromHours(1));

        Assert.Contains(again.Log.All, l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains("Of 1 persons less is held", StringComparison.Ordinal));
        Assert.Single(receiver.All);
        await again.HearAsync(Sample.Event(Sample.Receipt(4, Decision.Refused, again.Clock.At, epoch: 2)));
        await again.StandAsync(endpoint, "delivered", "delivered");
        Assert.Equal((2, 4L), ((int)receiver.All[1].Data["epoch"]!, (long)receiver.All[1].Data["version"]!));

        Task PutOffAsync(TimeSpan by) => Eventually.IsSoAsync($"it is put off by {by}", () =>
        {
            using var db = again.Store.Open();
            return Task.FromResult(db.Streams.Single().Look == (again.Clock.At + by).ToUnixTimeMilliseconds());
        });
    }
}
