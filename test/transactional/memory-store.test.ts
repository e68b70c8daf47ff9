import { MemoryStore } from '../../runtime-ts/src/transactional/index.ts'
import { storeSuite } from './store.ts'

storeSuite(async (body) => {
  const store = new MemoryStore()
  await body(() => store)
})
