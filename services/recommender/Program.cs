using driftline.events;
using Driftline.Hosting;
using Driftline.Hosting.Security;
using Driftline.Recommender;
using Driftline.Recommender.Experiments;
using Driftline.Recommender.Interests;
using Driftline.Recommender.Privacy;
using Driftline.Recommender.Retrieval;
using Driftline.Schemas;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

var builder = ServiceDefaults.CreateService(args, "recommender", RecommenderMetrics.MeterName, StreamingTelemetry.SourceName);
builder.Services.AddStreaming("recommender", Topics.StorefrontEventsRejected.Name);
builder.Services.AddRecommender();
builder.Services.AddConsumerLoop<InterestUpdated, ApplyInterests>(Topics.InterestUpdates.Name, "driftline.recommender", "Loop");
builder.Services.AddTable<ModelReleased, ReleaseTable>(Topics.ModelReleases.Name);
builder.Services.AddTable<CatalogItem, CatalogTable>(Topics.CatalogItems.Name);
builder.Services.AddTable<ItemVector, VectorTable>(Topics.CatalogVectors.Name);
builder.Services.AddTable<StorefrontEvent, TrendingTable>(Topics.StorefrontEvents.Name, provider => provider.GetRequiredService<IOptions<RecommenderOptions>>().Value.TrendingEvents);
builder.Services.AddTable<ErasureRequested, ErasureTable>(Topics.PrivacyErasures.Name);
builder.Services.AddExperiments();
if (ExperimentServices.AreConfigured(builder.Configuration)) // without them there is nothing to attribute
    builder.Services.AddConsumerLoop<StorefrontEvent, AttributeFeedback>(Topics.StorefrontEvents.Name, "driftline.recommender.feedback", "Loop");
foreach (var challenger in ExperimentServices.Challengers(builder.Configuration))
{
    builder.Services.AddConsumerLoop<InterestUpdated, ApplyChallenger>(Topics.InterestUpdates.Of(challenger).Name, $"driftline.recommender.{challenger}", "Loop");
    builder.Services.AddTable<ItemVector, VectorTable>(Topics.CatalogVectors.Of(challenger).Name);
}

builder.Services.AddApi();
builder.Services.AddEdgeSecurity();

var app = builder.Build();
app.UseApi();
app.MapServiceDefaults();
return await app.RunServiceAsync();
