// All share one cluster and two cores; two scenarios at once would kill each other's processes.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
