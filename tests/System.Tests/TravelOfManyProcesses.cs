namespace Consent.System.Tests;

[Collection(AsMany.Name)]
public sealed class TravelOfManyProcesses(RunningAsMany running) : TravelTests(running);
