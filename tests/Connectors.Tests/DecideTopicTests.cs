namespace Consent.Connectors.Tests;

public sealed class DecideTopicTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly TopicState Unseen = new();

    public static TheoryData<string, string, string, string> First => new()
    {
        // here, there, whoever has no basis: left, stopped
        { "Yes", "In", "None", "None" },
        { "Yes", "Absent", "CarryIn", "CarryIn" },
        { "Yes", "Off", "CarryIn", "CarryIn" },
        { "Yes", "Out", "BringHere", "BringHere" },
        { "Yes", "Unknown", "CarryIn", "CarryIn" },
        { "No", "In", "CarryOut", "CarryOut" },
        { "No", "Absent", "None", "None" },
        { "No", "Off", "None", "None" },
        { "No", "Out", "None", "None" },
        { "No", "Unknown", "CarryOut", "CarryOut" },
        { "Nothing", "In", "None", "CarryOut" },
        { "Nothing", "Out", "BringHere", "Unsure" },
        { "Nothing", "Absent", "None", "None" },
        { "Unknown", "In", "None", "None" },
        { "Unknown", "Out", "BringHere", "BringHere" },
        { "Unknown", "Absent", "None", "None" },
    };

    [Theory]
    [MemberData(nameof(First))]
    public void At_the_first_look_an_opt_out_there_is_news_and_what_differs_is_carried(string here, string there, string left, string stopped)
    {
        var (h, t) = (Enum.Parse<Here>(here), new ListStanding(Enum.Parse<There>(there)));
        Assert.Equal((left, stopped), (DecideTopic.Of(h, t, Unseen, false, Now).ToString(), DecideTopic.Of(h, t, Unseen, true, Now).ToString()));
    }

    [Fact]
    public void Whatever_step_is_taken_no_later_look_at_what_came_of_it_leads_to_another()
    {
        foreach (var here in Enum.GetValues<Here>())
        {
            foreach (var there in Enum.GetValues<There>())
            {
                foreach (var stops in (bool[])[false, true])
                {
                    var step = DecideTopic.Of(here, new ListStanding(there), Unseen, stops, Now);
                    var after = DecideTopic.After(step, here, there, Unseen, Now);
                    var (nextHere, nextThere) = step switch
                    {
                        Step.BringHere => (Here.No, there),
                        Step.CarryOut => (here, There.Out),
                        Step.CarryIn => (here, There.In),
                        _ => (here, there),
                    };
                    // What a system does not tell stays so, whatever was written there.
                    if (there is There.Unknown) nextThere = There.Unknown;
                    for (var look = 1; look <= 4; look++)
                    {
                        var next = DecideTopic.Of(nextHere, new ListStanding(nextThere), after, stops, Now.AddHours(look));
                        Assert.Equal(step is Step.Unsure ? Step.Unsure : Step.None, next);
                        after = DecideTopic.After(next, nextHere, nextThere, after, Now.AddHours(look));
                    }
                }
            }
        }
    }

    [Fact]
    public void Whom_there_was_a_basis_for_and_is_no_more_is_taken_off_and_who_never_had_one_is_left()
    {
        var subscribed = new TopicState(Here.Yes, There.In);
        Assert.Equal(Step.CarryOut, DecideTopic.Of(Here.Nothing, new ListStanding(There.In), subscribed, false, Now));
        var after = DecideTopic.After(Step.CarryOut, Here.Nothing, There.In, subscribed, Now);
        Assert.Equal(Step.None, DecideTopic.Of(Here.Nothing, new ListStanding(There.Out), after, false, Now.AddHours(1)));
        Assert.Equal(Step.None, DecideTopic.Of(Here.Nothing, new ListStanding(There.In), Unseen, false, Now));
    }

    [Fact]
    public void An_opt_out_that_may_be_our_own_counts_as_soon_as_there_is_a_basis()
    {
        var left = new ListStanding(There.Out);
        Assert.Equal(Step.Unsure, DecideTopic.Of(Here.Nothing, left, Unseen, true, Now));
        var after = DecideTopic.After(Step.Unsure, Here.Nothing, There.Out, Unseen, Now);
        Assert.Equal(Unseen, after);
        Assert.Equal(Step.BringHere, DecideTopic.Of(Here.Yes, left, after, true, Now.AddDays(1)));
        // Who was seen on the list opted out himself.
        Assert.Equal(Step.BringHere, DecideTopic.Of(Here.Nothing, left, new TopicState(Here.Nothing, There.In), true, Now));
    }

    [Fact]
    public void A_stop_of_the_contact_as_a_whole_is_ours_until_it_was_seen_lifted()
    {
        var written = new TopicState(Here.No, There.Out, Now);
        Assert.Equal(written, DecideTopic.WholeAfter(false, false, written, Now.AddMinutes(1)));
        Assert.Equal(written, DecideTopic.WholeAfter(true, false, written, Now.AddHours(1)));
        var lifted = DecideTopic.WholeAfter(false, false, written, Now.AddHours(1));
        Assert.Equal(new TopicState(null, There.In, Now), lifted);
        Assert.Equal(new TopicState(null, There.Out, Now), DecideTopic.WholeAfter(true, true, lifted, Now.AddHours(2)));
    }

    [Fact]
    public void An_opt_out_that_was_seen_before_is_no_news_and_yields_to_a_yes()
    {
        var seen = new TopicState(Here.No, There.Out);
        Assert.Equal(Step.CarryIn, DecideTopic.Of(Here.Yes, new ListStanding(There.Out), seen, false, Now));
        Assert.Equal(Step.None, DecideTopic.Of(Here.Nothing, new ListStanding(There.Out), seen, false, Now));
    }

    [Fact]
    public void Who_is_stopped_as_a_whole_is_not_subscribed_and_nobody_is_told_twice()
    {
        var seen = new TopicState(Here.No, There.Out);
        var stopped = new ListStanding(There.Out, IsFixed: true);
        Assert.Equal(Step.Blocked, DecideTopic.Of(Here.Yes, stopped, seen, false, Now));
        var after = DecideTopic.After(Step.Blocked, Here.Yes, There.Out, seen, Now);
        Assert.Equal(Step.None, DecideTopic.Of(Here.Yes, stopped, after, false, Now));
    }

    [Fact]
    public void Taken_off_where_that_is_how_a_person_opts_out_is_news_only_when_he_was_on()
    {
        Assert.Equal(Step.BringHere, DecideTopic.Of(Here.Yes, new ListStanding(There.Off), new TopicState(Here.Yes, There.In), false, Now));
        Assert.Equal(Step.CarryIn, DecideTopic.Of(Here.Yes, new ListStanding(There.Off), Unseen, false, Now));
    }

    [Fact]
    public void An_opt_out_that_is_read_just_after_an_opt_in_was_written_may_be_of_before_it()
    {
        var written = new TopicState(Here.Yes, There.In, Now);
        Assert.Equal(Step.LookAgain, DecideTopic.Of(Here.Yes, new ListStanding(There.Out), written, false, Now.AddMinutes(1)));
        Assert.Equal(Step.BringHere, DecideTopic.Of(Here.Yes, new ListStanding(There.Out), written, false, Now.AddMinutes(2)));
    }
}
