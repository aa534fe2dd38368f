using Driftline.Hosting;
using Driftline.Ingestor;
using Driftline.Schemas;
using Driftline.Streaming;

var builder = ServiceDefaults.CreateService(args, "ingestor", StreamingTelemetry.SourceName, IngestorMetrics.MeterName);
builder.Services.AddStreaming("ingestor", Topics.StorefrontEventsRejected.Name);
builder.Services.AddIngestor();

var app = builder.Build();
app.UseProblems();
app.MapServiceDefaults();
app.MapIngestor();
return await app.RunServiceAsync();
