using Driftline.Hosting;
using Driftline.Hosting.Security;
using Driftline.Ingestor;
using Driftline.Schemas;
using Driftline.Streaming;

var builder = ServiceDefaults.CreateService(args, "ingestor", StreamingTelemetry.SourceName, IngestorMetrics.MeterName);
builder.Services.AddStreaming("ingestor", Topics.StorefrontEventsRejected.Name);
builder.Services.AddIngestor();
builder.Services.AddEdgeSecurity();

var app = builder.Build();
app.UseProblems();
app.UseEdgeSecurity();
app.MapServiceDefaults();
app.MapIngestor();
return await app.RunServiceAsync();
