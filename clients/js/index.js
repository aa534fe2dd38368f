export { EventSender } from './events.js';
export { Recommender } from './recommender.js';
export { DriftlineError } from './http.js';
