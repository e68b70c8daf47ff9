/** Put in by the build (`platform-server.ts`). */
declare const inlinedCore: string

/** core.wasm as a part of this script. */
export const bytes = Uint8Array.from(atob(inlinedCore), (char) => char.charCodeAt(0))
