using Consent.MarketingUnsubscribe;
using Consent.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(MarketingUnsubscribeService.Name);
builder.AddMarketingUnsubscribe();
var app = builder.Build();
app.UseServiceDefaults();
app.MapMarketingUnsubscribe();
app.Run();
