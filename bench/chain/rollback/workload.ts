/**
 * Under which name its rows stand.
 *
 * @module
 */
export const rollback_workload = 'one crash'
