namespace Consent.System.Tests;

public sealed class TravelDeployed(Running running) : TravelTests(running), IClassFixture<Running>;
