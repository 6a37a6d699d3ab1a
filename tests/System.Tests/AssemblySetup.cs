// Each class starts many processes; two at once would only wait for each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
