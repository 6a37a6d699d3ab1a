using Consent.ServiceDefaults;
using Consent.Gateway;

var builder = WebApplication.CreateBuilder(ReadOnce.Settings(args));
builder.AddGateway();

var app = builder.Build();
app.MapGateway();
app.Run();
