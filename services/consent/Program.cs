using Consent.ConsentService;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(ConsentSetup.Service);
builder.AddConsentService();
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapConsentService();
app.Run();
