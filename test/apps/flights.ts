/**
 * The flights job of the examples, as a third application of the tests.
 *
 * @module
 */

export { Flights, Totals } from '../examples/flights.address.ts'
export { flights, totals } from '../examples/flights.ts'
