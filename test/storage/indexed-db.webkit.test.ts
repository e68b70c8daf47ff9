import { indexedDbSuite } from './indexed-db-suite.ts'

indexedDbSuite({ splits: false })
