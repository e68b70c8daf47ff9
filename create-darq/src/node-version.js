/** What the tools of a new folder need: wrangler and Vite refuse anything older. */
const needed = [22, 12]

/**
 * @param {string} version as `process.versions.node` says it
 * @returns {string | undefined} what to do, when it is too old
 */
export function tooOld(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [neededMajor = 0, neededMinor = 0] = needed
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return undefined
  return `create-darq needs Node ${needed.join('.')} or newer, and this is ${version}. Install a newer one from https://nodejs.org, and run the command again.`
}
