/**
 * Under which name its rows stand.
 *
 * @module
 */
export const recovery_workload = 'SIGKILL'
