using Consent.System.Tests;

namespace Consent.Containers.Tests;

[Collection(AsReplicas.Name)]
public sealed class TravelOfReplicas(RunningAsReplicas running) : TravelTests(running);
