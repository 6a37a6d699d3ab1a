using Consent.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Subscriber.Tests;

public sealed class ErasedSubjectInFilesTests : ErasedSubjectTests
{
    private readonly TestData _files;

    public ErasedSubjectInFilesTests() : this(TestData.InFiles())
    {
    }

    private ErasedSubjectInFilesTests(TestData data) : base(data) => _files = data;

    [Fact]
    public async Task AFileOutOfABackupFromBeforeTheErasure_IsToldAtTheNextComparison()
    {
        var (file, backup) = (_files.File(OneSubscriber.Name, "subscriber.db"), _files.File("backup"));
        await using (var before = await StartAsync(loaded: false))
        {
            await Pages.LoadNothingAsync(before);
            await HearAsync(before, 3);
        }

        File.Copy(file, backup);
        await using (var erasing = await StartAsync()) await erasing.HearAsync(_erased);
        foreach (var rest in (string[])["-wal", "-shm"]) File.Delete(file + rest);
        File.Copy(backup, file, overwrite: true);
        _told.Clear();
        await using var subscriber = await StartAsync(loaded: false);
        Assert.True(subscriber.State.IsLoaded);
        Assert.NotNull(subscriber.State.Newest(Sample.Site, Sample.Address(1)));

        var comparing = subscriber.Services.GetRequiredKeyedService<CompareState>(OneSubscriber.Name).CompareAsync(TestContext.Current.CancellationToken);
        var compared = (await subscriber.Transport.WaitForAsync<StateCompared>(1))[0];
        await subscriber.HearAsync(new ComparisonAnswered(RandomId.New(), compared.Source, compared.Id, [compared.First], false));
        Assert.True(await comparing);
        await subscriber.HearAsync(Tombstone(await Pages.QuestionAsync(subscriber, 1)));

        Assert.Equal([_jan], _told);
        Assert.Null(subscriber.State.Newest(Sample.Site, Sample.Address(1)));
    }
}
