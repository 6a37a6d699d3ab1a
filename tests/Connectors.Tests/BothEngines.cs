using Consent.Subscriber.Tests;

namespace Consent.Connectors.Tests;

/// <summary>What is promised of connectors, is promised whichever engine holds what they know.</summary>
public sealed class HearChangesInFilesTests() : HearChangesTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class HearChangesOnPostgresTests(OnePostgres postgres) : HearChangesTests(TestData.On(postgres));

public sealed class ManageConnectorsInFilesTests() : ManageConnectorsTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class ManageConnectorsOnPostgresTests(OnePostgres postgres) : ManageConnectorsTests(TestData.On(postgres));

public sealed class DeleteConnectorInFilesTests() : DeleteConnectorTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class DeleteConnectorOnPostgresTests(OnePostgres postgres) : DeleteConnectorTests(TestData.On(postgres));

public sealed class TellCarriedInFilesTests() : TellCarriedTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class TellCarriedOnPostgresTests(OnePostgres postgres) : TellCarriedTests(TestData.On(postgres));

public sealed class FailureInFilesTests() : FailureTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class FailureOnPostgresTests(OnePostgres postgres) : FailureTests(TestData.On(postgres));

public sealed class UnknownContactInFilesTests() : UnknownContactTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class UnknownContactOnPostgresTests(OnePostgres postgres) : UnknownContactTests(TestData.On(postgres));

public sealed class WebhookInFilesTests() : WebhookTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class WebhookOnPostgresTests(OnePostgres postgres) : WebhookTests(TestData.On(postgres));
