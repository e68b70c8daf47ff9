import type { StandardSchemaV1 } from '@standard-schema/spec'

/** Takes anything: a schema library's bytes are not ours. */
export const anything: StandardSchemaV1<{ readonly text: string }> = {
  '~standard': { version: 1, vendor: 'sizes', validate: (value) => ({ value: value as { text: string } }) },
}
