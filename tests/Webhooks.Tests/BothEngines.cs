using Consent.Subscriber.Tests;

namespace Consent.Webhooks.Tests;

/// <summary>What is promised of webhooks, is promised whichever engine holds them.</summary>
public sealed class DeliverWebhooksInFilesTests() : DeliverWebhooksTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class DeliverWebhooksOnPostgresTests(OnePostgres postgres) : DeliverWebhooksTests(TestData.On(postgres));

public sealed class ExpiryInFilesTests() : ExpiryTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class ExpiryOnPostgresTests(OnePostgres postgres) : ExpiryTests(TestData.On(postgres));

public sealed class GoneAndGivenUpInFilesTests() : GoneAndGivenUpTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class GoneAndGivenUpOnPostgresTests(OnePostgres postgres) : GoneAndGivenUpTests(TestData.On(postgres));

public sealed class ManageEndpointsInFilesTests() : ManageEndpointsTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class ManageEndpointsOnPostgresTests(OnePostgres postgres) : ManageEndpointsTests(TestData.On(postgres));

public sealed class WaitForDeclarationsInFilesTests() : WaitForDeclarationsTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class WaitForDeclarationsOnPostgresTests(OnePostgres postgres) : WaitForDeclarationsTests(TestData.On(postgres));

public sealed class RetryAfterInFilesTests() : RetryAfterTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class RetryAfterOnPostgresTests(OnePostgres postgres) : RetryAfterTests(TestData.On(postgres));

public sealed class PutOffInFilesTests() : PutOffTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class PutOffOnPostgresTests(OnePostgres postgres) : PutOffTests(TestData.On(postgres));

public sealed class UnreadableEndpointInFilesTests() : UnreadableEndpointTests(TestData.InFiles());

[Collection(OnPostgres.Name)]
public sealed class UnreadableEndpointOnPostgresTests(OnePostgres postgres) : UnreadableEndpointTests(TestData.On(postgres));
