using Consent.CookieBanner;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(CookieBannerSetup.Service);
builder.AddCookieBanner();
builder.AddMessaging();

var app = builder.Build();
app.UseServiceDefaults();
app.MapCookieBanner();
app.Run();
