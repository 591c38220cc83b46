import { expect, test } from 'vitest'
import { fileName } from './save'

test.each([
  ['audio/flac', 'x.flac'],
  ['audio/webm;codecs=opus', 'x.webm'],
  ['audio/mp4', 'x.mp4'],
  ['', 'x.audio'],
])('a recording of type "%s" is saved as %s', (mediaType, name) => {
  expect(fileName('x', mediaType)).toBe(name)
})
