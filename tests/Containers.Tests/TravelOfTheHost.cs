using Consent.System.Tests;

namespace Consent.Containers.Tests;

[Collection(AsOnePod.Name)]
public sealed class TravelOfTheHost(RunningAsOnePod running) : TravelTests(running);
