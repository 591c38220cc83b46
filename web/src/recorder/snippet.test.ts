import { expect, test } from 'vitest'
import { Snippet } from './snippet'
import { decodeFlac } from './testing/decode-flac'
import { voice } from './testing/voice'

const RATE = 8000

test('a snippet is what was heard, to the sample, with silence where some was lost', async () => {
  const snippet = new Snippet()
  const heard = voice(2 * RATE, RATE)
  for (let at = 0; at < heard.length; at += 80) snippet.append(heard.subarray(at, at + 80))
  snippet.insertSilence(5000, 160)
  const { samples } = decodeFlac(new Uint8Array(await snippet.audio(RATE).arrayBuffer()))
  expect(samples).toEqual(Int16Array.from([...heard.subarray(0, 5000), ...new Int16Array(160), ...heard.subarray(5000)]))
})
