namespace Consent.Connectors;

/// <summary>
/// A stop of the contact as a whole is ended for the topic that goes by it, and with it all the lists come free that the contact stands on underneath. What was
/// said of those meanwhile was not written there, since nothing was sent; so it is written with the end of the stop. Pure.
/// </summary>
internal static class EndStop
{
    /// <param name="changes">What is to be written for the contact, with the end of the stop; what belongs to it is added.</param>
    /// <param name="whole">The topic that goes by the contact as a whole.</param>
    /// <param name="here">What holds here for each topic that the contact is about.</param>
    /// <param name="before">What was known of each at the last look.</param>
    /// <returns>False while that cannot be told of one of them: the stop stays until it can.</returns>
    public static bool Complete(
        Dictionary<string, Step> changes, string whole, IReadOnlyDictionary<string, Here> here, IReadOnlyDictionary<string, TopicState> before, bool stopsWithoutBasis)
    {
        if (here.Values.Contains(Here.Unknown))
        {
            changes.Remove(whole);
            return false;
        }

        foreach (var (topic, holds) in here)
        {
            if (DecideTopic.MustBeOut(holds, before.GetValueOrDefault(topic) ?? new TopicState(), stopsWithoutBasis)) changes[topic] = Step.CarryOut;
            // What was confirmed as well is held back by nothing any more.
            else if (changes.GetValueOrDefault(topic) is Step.Blocked) changes[topic] = Step.CarryIn;
        }
        return true;
    }
}
