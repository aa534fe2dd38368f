using driftline.events;
using Driftline.Catalog;
using Driftline.Hosting;
using Driftline.Predictor;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

var builder = ServiceDefaults.CreateService(args, "predictor", StreamingTelemetry.SourceName, PredictorMetrics.MeterName);
var model = builder.Configuration[$"{PredictorOptions.Section}:{nameof(PredictorOptions.ModelName)}"] ?? Topics.DefaultModel;
var challenger = model == Topics.DefaultModel ? "" : $".{model}"; // a challenger reads all triggers too
builder.Services.AddRedis();
builder.Services.AddStreaming("predictor", Topics.StorefrontEventsRejected.Name);

builder.Services.AddOptionsWithValidateOnStart<PredictorOptions>().BindConfiguration(PredictorOptions.Section).ValidateDataAnnotations();
builder.Services.PostConfigure<PredictorOptions>(options => options.CacheFolder ??= CacheFolder.Of(builder.Configuration["DRIFTLINE_CACHE"], builder.Configuration["XDG_CACHE_HOME"]));
builder.Services.AddSingleton(provider => provider.GetRequiredService<IOptions<PredictorOptions>>().Value.Sequence);
builder.Services.AddSingleton<SequenceStore>();
builder.Services.AddSingleton<PredictorMetrics>();
builder.Services.AddSingleton<ModelShift>();
builder.Services.AddSingleton<CarriedUsers>();
builder.Services.AddSingleton<WorkSignal>();
builder.Services.AddSingleton<ServingModel>();
builder.Services.AddSingleton<ExplainUser>();
builder.Services.AddHostedService<FollowReleases>();
builder.Services.AddSingleton<IHostedService>(provider => new FaultGuard(provider.GetRequiredService<ServingModel>().DeviceLost));
builder.Services.AddTable<ModelReleased, Releases>(Topics.ModelReleases.Name);
builder.Services.AddTable<CatalogItem, CatalogTable>(Topics.CatalogItems.Name);
builder.Services.AddTable<ItemVector, PublishedVectors>(Topics.CatalogVectors.Of(model).Name);
builder.Services.AddConsumerLoop<SequenceUpdated, PredictInterest>(Topics.SequenceUpdates.Name, "driftline.predictor" + challenger, "Loop", provider => provider.GetRequiredService<ServingModel>().Serves);
builder.Services.AddHealthChecks().AddCheck<ModelLoaded>("model-loaded", tags: ["ready"]);

var app = builder.Build();
app.MapExplanations();
app.MapServiceDefaults();
return await app.RunServiceAsync();
