using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
using Consent.Webhooks;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(WebhooksSetup.Service);
builder.AddWebhooks();
if (Migrate.IsAsked(args)) return Migrate.Run(builder, Console.Out, Console.Error);
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapWebhooks();
app.Run();
return 0;
