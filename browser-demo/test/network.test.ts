import { afterEach, expect, test, vi } from 'vitest'
import { Network } from '../src/network.ts'

afterEach(() => vi.unstubAllGlobals())

test('offline, nothing is sent, and an answer that comes late does not arrive', async () => {
  const network = new Network('online')
  const asked = Promise.withResolvers<Response>()
  const platform = vi.fn(() => asked.promise)
  vi.stubGlobal('fetch', platform)
  const underWay = network.fetch('http://edge.example/')
  network.set('offline')
  asked.resolve(new Response('late'))
  await expect(underWay).rejects.toThrow('offline')
  await expect(network.fetch('http://edge.example/')).rejects.toThrow('offline')
  expect(platform).toHaveBeenCalledTimes(1)
})

test('the network of all tabs is cut together', async () => {
  const [here, there] = [new Network('online'), new Network('online')]
  here.set('offline')
  await vi.waitFor(() => expect(there.state).toBe('offline'))
})
