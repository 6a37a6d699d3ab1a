using Consent.Connectors;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(ConnectorsSetup.Service);
builder.AddConnectors();
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapConnectors();
app.Run();
