using Consent.Demo;

var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.MapDemo(DemoSettings.From(app.Configuration));
app.Run();
