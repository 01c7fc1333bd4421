/**
 * The order in which training takes its examples.
 *
 * @packageDocumentation
 */
export { classBalancedOrder, shuffledOrder } from './batchOrder.js';
export type { BatchOrder } from './batchOrder.js';
export { deferredOrder } from './deferredOrder.js';
export type { DeferredOrderOptions } from './deferredOrder.js';
