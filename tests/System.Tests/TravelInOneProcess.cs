namespace Consent.System.Tests;

[Collection(AsOne.Name)]
public sealed class TravelInOneProcess(RunningAsOne running) : TravelTests(running);
