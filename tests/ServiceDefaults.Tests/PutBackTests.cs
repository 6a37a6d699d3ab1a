using System.Data.Common;
using Consent.ServiceDefaults.Messaging;

namespace Consent.ServiceDefaults.Tests;

/// <summary>What goes back to its queue, because something is away, and what is laid aside at once, because it will fail again.</summary>
public sealed class PutBackTests
{
    [Theory]
    [InlineData("08006", 0, true)]
    [InlineData("57P01", 0, true)]
    [InlineData("53100", 0, true)]
    [InlineData(null, 13, true)]
    [InlineData(null, 5, true)]
    [InlineData("23502", 0, false)]
    [InlineData("22021", 0, false)]
    [InlineData(null, 18, false)]
    [InlineData(null, 19, false)]
    [InlineData(null, 20, false)]
    public void A_database_that_is_away_is_an_outage_and_one_that_refuses_what_it_was_given_is_none(string? state, int code, bool outage)
    {
        var failure = new Failure(state, code);
        Assert.Equal(outage, PutBack.IsOutage(failure));
        Assert.Equal(outage, PutBack.IsOutage(new InvalidOperationException("It was not stored.", failure)));
        Assert.Equal(outage, PutBack.IsOutage(new AggregateException(new FormatException(), failure)));
    }

    [Fact]
    public void What_cannot_be_read_is_no_outage()
    {
        Assert.False(PutBack.IsOutage(null));
        Assert.False(PutBack.IsOutage(new FormatException()));
        Assert.True(PutBack.IsOutage(new IOException()));
        Assert.True(PutBack.IsOutage(new UnpublishedException("An event reached no queue.")));
    }

    private sealed class Failure(string? state, int code) : DbException("It failed.")
    {
        public override string? SqlState => state;

        /// <summary>As Microsoft.Data.Sqlite names it.</summary>
        public int SqliteErrorCode => code;
    }
}
