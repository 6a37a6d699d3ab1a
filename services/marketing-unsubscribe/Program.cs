using Consent.MarketingUnsubscribe;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddServiceDefaults(MarketingUnsubscribeSetup.Service);
builder.AddMarketingUnsubscribe();
if (Migrate.IsAsked(args)) return Migrate.Run(builder, Console.Out, Console.Error);
builder.AddMessaging();
var app = builder.Build();
app.UseServiceDefaults();
app.MapMarketingUnsubscribe();
app.Run();
return 0;
