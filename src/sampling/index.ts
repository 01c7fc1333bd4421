/**
 * The order in which training takes its examples.
 *
 * @packageDocumentation
 */
export { classBalancedOrder, shuffledOrder } from './batchOrder.js';
export type { BatchOrder } from './batchOrder.js';
