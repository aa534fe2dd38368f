/** What became of events so far. */
export interface SenderCounts { delivered: number; rejected: number; undelivered: number; }

export type EventType = 'click' | 'add-to-cart' | 'purchase' | 'review' | 'impression';

/** One thing that a shopper did. */
export interface StorefrontEvent {
  /** Unique per user; made up if left out. A retry carries the same id. */
  eventId?: string;
  eventType: EventType;
  /** Left out where nobody knows yet who the shopper is; such a shopper's id is 'session:' and the session's, until the shop's server merges the session into a user. */
  userId?: string;
  /** Required without a userId. */
  sessionId?: string;
  /** RFC 3339; now if left out. */
  eventTime?: string;
  items: { itemId: string; quantity?: number; price?: number }[];
  /** ISO 4217. */
  currency?: string;
  /** 1 to 5; required for a review. */
  rating?: number;
  reviewText?: string;
  /** From the recommendation that led here. */
  attributionToken?: string;
  attributes?: Record<string, string>;
  /** False says that the user did not consent to being profiled: the event is counted and kept nowhere. */
  consent?: boolean;
}

/** An event that will not reach Kafka. */
export interface FailedEvent {
  event: StorefrontEvent & { eventId: string };
  /** True if the ingestor refused it: sending it again unchanged is of no use. */
  rejected: boolean;
  reason: string;
  /** RFC 6901 pointer into the event, where one field is at fault. */
  pointer?: string;
}

export interface EventSenderOptions {
  /** The ingestor's address. */
  url: string | URL;
  /** Most events that wait; send() waits when there are as many. Default 1000. */
  capacity?: number;
  /** How long the first event of a batch waits for others. Default 200. */
  lingerMs?: number;
  /** From 1 to 1000, the default. */
  maxBatchEvents?: number;
  /** From 100 to 1 MiB, the default. */
  maxBatchBytes?: number;
  /** Upper bound of the first wait after a failure; it doubles up to longestWaitMs. Defaults 200 and 30000. */
  firstWaitMs?: number;
  longestWaitMs?: number;
  /** Default 30000. */
  attemptTimeoutMs?: number;
  /** How long close() waits for what has not been delivered. Default 10000. */
  closeTimeoutMs?: number;
  onFailure?: (failed: FailedEvent) => void;
  /** An API key with the scope events:write. Whoever sees the page sees it: give a page one of its own. */
  key?: string;
  fetch?: typeof fetch;
}

/** Sends events in the background; in a browser, what is left when the page is hidden for good goes in requests that outlive it. */
export class EventSender {
  /** Throws a RangeError that names the option where a number is out of its range. */
  constructor(options: EventSenderOptions);
  readonly counts: SenderCounts;
  /** Takes an event; waits while the buffer is full. Answers its id. */
  send(event: StorefrontEvent): Promise<string>;
  /** Returns when all events given before have been answered for. */
  flush(): Promise<void>;
  /** Takes no more events and delivers those that wait, within closeTimeoutMs. */
  close(): Promise<void>;
}

export interface ItemQuery { count?: number; category?: string | string[]; minPrice?: number; maxPrice?: number; exclude?: string | string[]; kind?: string; }
export interface SimilarQuery extends ItemQuery { diversity?: number; }
export interface RecommendationsQuery extends SimilarQuery { contextItem?: string; includePurchased?: boolean; explore?: number; explain?: boolean; }

/** The past events that raise a score most, by the model's own attribution. */
export interface PastEvent { itemId: string; title: string | null; eventType: EventType; eventTime: string; share: number; delta: number; }
export interface RisingCategory { category: string; current: number; next: number; events: PastEvent[]; }
export interface ItemExplanation { events: PastEvent[]; rising: RisingCategory | null; }
export interface RecommendedItem {
  itemId: string; title: string; category: string | null; price: number | null; currency: string | null; score: number;
  source: 'model' | 'exploration' | 'similar' | 'trending' | 'latest'; reasons: string[]; kind: string; propensity: number | null; explanation: ItemExplanation | null;
}
export interface Recommendations {
  userId: string; personalised: boolean; reason: string | null; modelVersion: string | null; asOf: string | null; stalenessMs: number | null;
  attributionToken: string; items: RecommendedItem[]; contextIgnored: string | null; experiment: string | null; variant: string | null; explainIgnored: string | null;
}
export interface SimilarItems { itemId: string; modelVersion: string | null; reason: string | null; attributionToken: string; items: RecommendedItem[]; }
export interface TrendingItems { asOf: string | null; stalenessMs: number | null; items: RecommendedItem[]; reason: string | null; }
export interface FoundItem { itemId: string; title: string; categories: string[]; price: number | null; currency: string | null; available: boolean; kind: string; }
export interface Category { name: string; items: number; }

export interface InterestShare { category: string; current: number; next: number; }
export interface InterestShift { category: string; delta: number; }
export interface InterestMoment {
  asOf: string; computedAt: string; modelVersion: string; interests: InterestShare[]; drift: number; driftKind: string | null; rising: InterestShift[]; falling: InterestShift[];
}
export interface UserInterests {
  userId: string; known: boolean; modelVersion: string | null; asOf: string | null; computedAt: string | null; stalenessMs: number | null; sequenceLength: number;
  sequenceDigest: string | null; interests: InterestShare[]; drift: number; driftKind: string | null; rising: InterestShift[]; falling: InterestShift[];
  history: InterestMoment[] | null;
}

export interface AudienceMember { userId: string; rise: number; current: number; next: number; modelVersion: string; asOf: string; cursor: string; }
export interface PopulationTrends {
  asOf: string; users: number; sampled: number; categories: InterestShare[]; migration: number[][]; rising: InterestShift[]; falling: InterestShift[];
}

export interface VariantSettings { name: string; weight: number; source: string; model: string | null; diversity: number | null; shadow: boolean; }
export interface ExperimentSettings { name: string; traffic: number; variants: VariantSettings[]; }
export interface Estimate { value: number; low: number; high: number; }
export interface EstimatedDifference { value: number; low: number; high: number; pValue: number; significant: boolean; }
export interface SampleRatioCheck { chiSquare: number; degreesOfFreedom: number; pValue: number; mismatch: boolean; }
export interface PositionCounts { position: number; impressions: number; clicks: number; purchases: number; }
export interface ModelVersionCounts { modelVersion: string | null; impressions: number; clicks: number; purchases: number; }
export interface VariantOutcome {
  name: string; users: number; impressions: number; clicks: number; purchases: number; converted: number; clickThrough: Estimate | null; conversion: Estimate | null;
  coverage: number | null; clickThroughDifference: EstimatedDifference | null; conversionDifference: EstimatedDifference | null;
  byPosition: PositionCounts[]; byModelVersion: ModelVersionCounts[];
}
export interface ExperimentOutcome { settings: ExperimentSettings; confidenceLevel: number; sampleRatio: SampleRatioCheck | null; variants: VariantOutcome[]; }

export interface RecommenderOptions {
  url: string | URL;
  /** How long an answer may take; of `audience` and `followInterests`, how long until it begins. Default 10000. */
  timeoutMs?: number;
  /** An API key with the scope recommendations:read. Keep it on a server: it reads any user's interests. */
  key?: string;
  fetch?: typeof fetch;
}

export class Recommender {
  constructor(options: RecommenderOptions);
  /** What to show to a user next; for a user who is not known, what is trending. */
  recommendations(userId: string, query?: RecommendationsQuery): Promise<Recommendations>;
  /** Null while nothing is known of the user. */
  interests(userId: string, query?: { history?: number }): Promise<UserInterests | null>;
  followInterests(userId: string, options?: { signal?: AbortSignal }): AsyncIterable<UserInterests>;
  /** Null if the catalogue has no such item. */
  similar(itemId: string, query?: SimilarQuery): Promise<SimilarItems | null>;
  trending(query?: ItemQuery): Promise<TrendingItems>;
  findItems(text: string, query?: { count?: number; category?: string | string[]; id?: string | string[] }): Promise<FoundItem[]>;
  categories(): Promise<Category[]>;
  trends(query?: { window?: string; categories?: number }): Promise<PopulationTrends>;
  /** Users whose interest in a category is rising, largest rise first, as they arrive. One that breaks off goes on after the `cursor` of the last one seen. */
  audience(category: string, query?: { minRise?: number; limit?: number; cursor?: string }, options?: { signal?: AbortSignal }): AsyncIterable<AudienceMember>;
  experiments(): Promise<ExperimentSettings[]>;
  /** Null if none of this name is configured. */
  experiment(name: string): Promise<ExperimentOutcome | null>;
}

/** A service refused a request as a whole, could not be reached, or its answer broke off. */
export class DriftlineError extends Error {
  /** Null if the service did not answer, or its answer broke off or could not be read. */
  readonly status: number | null;
  readonly retryAfterMs: number;
  readonly transient: boolean;
}
