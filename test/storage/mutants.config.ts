/** The test configuration, with a mutation in every project. */
import config from '../../vitest.config.ts'
import { mutation } from './mutation.ts'

export default {
  ...config,
  test: {
    ...config.test,
    projects: config.test?.projects?.map((project) =>
      typeof project === 'object' && 'test' in project
        ? // The cache of transformed modules knows plugins by their names only.
          {
            ...project,
            plugins: [...(project.plugins ?? []), ...mutation()],
            test: { ...project.test, fsModuleCache: false },
          }
        : project,
    ),
  },
}
