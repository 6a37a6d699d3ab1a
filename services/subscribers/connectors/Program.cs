using Consent.Connectors;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(ConnectorsSetup.Service);
builder.AddConnectors();
if (Migrate.IsAsked(args)) return Migrate.Run(builder, Console.Out, Console.Error);
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapConnectors();
app.Run();
return 0;
