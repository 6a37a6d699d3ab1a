namespace Consent.Subscriber.Tests;

public sealed class WriteTogetherTests
{
    [Fact]
    public async Task ConnectionThatCannotBeClosedAfterAFailure_DoesNotEndTheWriter()
    {
        await using var writing = new WriteTogether<Broken>(() => new Broken(), _ => { }, _ => true);
        var cancel = TestContext.Current.CancellationToken;

        await Assert.ThrowsAsync<InvalidOperationException>(() => writing.WriteAsync<int>(_ => throw new InvalidOperationException("Not this one."), cancel));

        Assert.Equal(7, await writing.WriteAsync(writer => writer.Kept = 7, cancel).WaitAsync(TimeSpan.FromSeconds(60), cancel));
    }

    /// <summary>As one whose database went away behind the failure: it cannot roll back, which closing it does.</summary>
    private sealed class Broken : IFileWriter
    {
        private bool _isOpen;

        public int Kept { get; set; }

        public void Begin() => _isOpen = true;

        public void Commit() => _isOpen = false;

        public void Dispose() => Close();

        private void Close()
        {
            if (_isOpen) throw new IOException("The connection is broken.");
        }
    }
}
